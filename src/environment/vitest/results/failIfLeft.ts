import { describeLeftovers, LeftoverError, type Leftovers } from '../../leases/leftovers.ts'

/** The part of a test's task that is used here. Every attempt of a test has the same task. */
interface TestTask {
  readonly file: { readonly filepath: string }
}

/** The tests that have left processes, with their errors. */
const failed = new WeakMap<TestTask, LeftoverError>()

/**
 * Fails a test that has left processes. It fails again at each later attempt, because a retry does not end them.
 *
 * @throws {@link LeftoverError}
 */
export function failIfLeft(task: TestTask, left: Leftovers | undefined): void {
  if (left) {
    const message = describeLeftovers('This test', left)
    if (left.fail) failed.set(task, new LeftoverError(message, left.caller, task.file.filepath))
    else console.warn(message)
  }
  const error = failed.get(task)
  if (error) throw error
}
