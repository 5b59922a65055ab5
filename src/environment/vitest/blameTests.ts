import type { Survivor } from '../../client/gen/vitest_python/v1/broker.ts'
import { LEAKS_KEY, type LeakOfTest } from '../../client/lease/leaks.ts'
import { describeLeftovers, LeftoverError, type Leftovers } from '../leases/leftovers.ts'
import type { StartedBy, Starter } from '../leases/startedBy.ts'

/** The part of a test's task that is used here. */
export interface TestTask {
  readonly id: string
}

/** The part of a file's task that is used here. */
export interface FileTask {
  readonly filepath: string
  readonly meta: object
}

/**
 * Fails the tests that have left processes of the file's worker. They have ended by now, so the main process is asked to:
 * the file's `meta` travels there with its end.
 *
 * @throws {@link LeftoverError} if it is not certain which test has started them
 */
export function blameTests(
  file: FileTask | undefined,
  left: Leftovers | undefined,
  startedBy: StartedBy<TestTask> | undefined,
): void {
  if (!left) return
  const whole = describeLeftovers('The Python of this file', left)
  if (!left.fail) return console.warn(whole)
  const byTest = new Map<TestTask, { starter: Starter<TestTask>; survivors: Survivor[] }>()
  const ownerless: Survivor[] = []
  for (const survivor of left.survivors) {
    const starter = startedBy?.of(survivor.pid)
    if (!starter || !file) ownerless.push(survivor)
    else {
      const known = byTest.get(starter.test) ?? { starter, survivors: [] }
      byTest.set(starter.test, known)
      known.survivors.push(survivor)
    }
  }
  for (const { starter, survivors } of byTest.values()) note(file as FileTask, starter, survivors)
  if (ownerless.length === 0 && left.problem === '') return
  const message = describeLeftovers('The Python of this file', { ...left, survivors: ownerless })
  throw new LeftoverError(message, left.caller, file?.filepath)
}

function note(file: FileTask, { test, caller }: Starter<TestTask>, survivors: Survivor[]): void {
  const message = describeLeftovers('This test', { survivors, problem: '' })
  const { name, stack = '' } = new LeftoverError(message, caller, file.filepath)
  const meta = file.meta as { [LEAKS_KEY]?: LeakOfTest[] }
  meta[LEAKS_KEY] ??= []
  meta[LEAKS_KEY].push({ test: test.id, error: { name, message, stack } })
}
