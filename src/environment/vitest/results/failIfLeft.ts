import { describeLeftovers, LeftoverError, type Leftovers } from '../../leases/leftovers.ts'

/** The part of a test's task that is used here. Every attempt of a test has the same task. */
interface TestTask {
  readonly file: { readonly filepath: string }
  readonly result?: { readonly retryCount?: number; readonly repeatCount?: number }
}

/** The error of a test that has left processes, and the attempt that it has failed last. */
interface Failure {
  readonly error: LeftoverError
  readonly attempt: string
}

const failures = new WeakMap<TestTask, Failure>()

/**
 * Fails a test that has left processes. It fails again at each later attempt, because a retry does not end them. Two
 * fixtures of one attempt do not throw the same error, because Vitest would show it twice.
 *
 * @throws {@link LeftoverError}
 */
export function failIfLeft(task: TestTask, left: Leftovers | undefined): void {
  const attempt = `${task.result?.repeatCount ?? 0}.${task.result?.retryCount ?? 0}`
  const known = failures.get(task)
  let error = known?.attempt === attempt ? undefined : known?.error
  if (left) {
    const message = describeLeftovers('This test', left)
    if (left.fail) error = new LeftoverError(message, left.caller, task.file.filepath)
    else console.warn(message)
  }
  if (!error) return
  failures.set(task, { error, attempt })
  throw error
}
