import type { Caller } from '../../client/errors/caller.ts'
import type { Survivor } from '../../client/gen/vitest_python/v1/broker.ts'
import { withCode } from '../../support/errors.ts'
import { safeText } from '../../support/text/safeText.ts'
import type { Starter } from './startedBy.ts'

/** Processes outlive the test, or the file, that started them. */
export class LeftoverError extends Error {
  override readonly name: string = 'LeftoverError'

  /**
   * @param caller the first call of the test. An error without a frame is left out of GitHub's annotations
   * @param file the frame if there was no call: an absolute path
   */
  constructor(message: string, caller: Caller | undefined, file: string | undefined) {
    super(message)
    withCode('ORPHANS_FOUND', this)
    const frames = (caller?.stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
    const place = frames.length > 0 || file === undefined ? frames : [`    at ${file}:1:1`]
    this.stack = [`${this.name}: ${message}`, ...place].join('\n')
  }
}

/** The processes that the leases of a test or a file have left behind. */
export interface Leftovers {
  readonly survivors: readonly Survivor[]
  /** Why it cannot be told; empty if it can. */
  readonly problem: string
  /** Whether they fail the test, or are only shown. */
  readonly fail: boolean
  /** The first call of the leases. */
  readonly caller: Caller | undefined
}

/** The processes that one test of a file has left. */
interface LeftByTest {
  readonly caller: Caller | undefined
  readonly survivors: Survivor[]
}

/** Sorts the processes that a file's lease has left by the tests that started them. `ownerless`: the test is not certain. */
export function partLeftovers<Test>(
  left: Leftovers,
  startedBy: { of(pid: number): Starter<Test> | undefined } | undefined,
): { byTest: Map<Test, LeftByTest>; ownerless: Leftovers | undefined } {
  const byTest = new Map<Test, LeftByTest>()
  const ownerless: Survivor[] = []
  for (const survivor of left.survivors) {
    const starter = startedBy?.of(survivor.pid)
    if (!starter) ownerless.push(survivor)
    else {
      const known = byTest.get(starter.test) ?? { caller: starter.caller, survivors: [] }
      byTest.set(starter.test, known)
      known.survivors.push(survivor)
    }
  }
  const isClear = ownerless.length === 0 && left.problem === ''
  return { byTest, ownerless: isClear ? undefined : { ...left, survivors: ownerless } }
}

/** Describes the processes that were left. @param whose "This test", "The Python of this file" */
export function describeLeftovers(
  whose: string,
  { survivors, problem }: Pick<Leftovers, 'survivors' | 'problem'>,
): string {
  if (problem !== '') return `Cannot tell whether ${lower(whose)} left processes behind: ${safeText(problem)}`
  const what = survivors.length === 1 ? 'a process' : `${survivors.length} processes`
  const lines = survivors.map(({ pid, command }) => `  pid ${pid} (${safeText(command)})`)
  return (
    `${whose} left ${what} behind:\n${lines.join('\n')}\n` +
    'Still alive after the Python worker had ended. Stop every process in the test that starts it.'
  )
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
