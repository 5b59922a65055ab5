import type { Survivor } from '../../../client/gen/vitest_python/v1/broker.ts'
import { LEAKS_KEY, type LeakOfTest } from '../../../client/lease/leaks.ts'
import { describeLeftovers, LeftoverError, type Leftovers, partLeftovers } from '../../leases/leftovers.ts'
import type { StartedBy, Starter } from '../../leases/startedBy.ts'

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
  if (!left.fail) return console.warn(describeLeftovers(FILE, left))
  const { byTest, ownerless } = partLeftovers(left, file && startedBy)
  for (const [test, { caller, survivors }] of byTest) note(file as FileTask, { test, caller }, survivors)
  if (ownerless) throw new LeftoverError(describeLeftovers(FILE, ownerless), left.caller, file?.filepath)
}

const FILE = 'The Python of this file'

function note(file: FileTask, { test, caller }: Starter<TestTask>, survivors: Survivor[]): void {
  const message = describeLeftovers('This test', { survivors, problem: '' })
  const { name, stack = '' } = new LeftoverError(message, caller, file.filepath)
  const meta = file.meta as { [LEAKS_KEY]?: LeakOfTest[] }
  meta[LEAKS_KEY] ??= []
  meta[LEAKS_KEY].push({ test: test.id, error: { name, message, stack } })
}
