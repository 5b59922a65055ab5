import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { BenchRun } from './run.ts'

const TESTER = fileURLToPath(new URL('./tester.js', import.meta.url))

/** The only call of each test. */
export interface TestedCall {
  readonly name: string
  readonly args: readonly unknown[]
}

const EMPTY: TestedCall = { name: 'work.echo', args: [1] }

/** Runs empty tests in a test process of their own. @returns the milliseconds that each waited for its first answer */
export async function testIn(run: BenchRun, tests: number): Promise<number[]> {
  const test = await startTester(run)
  return test(tests, EMPTY)
}

/** Starts a test process. The returned function runs its tests, one after another, and ends it. */
export async function startTester({
  context,
}: BenchRun): Promise<(tests: number, call: TestedCall) => Promise<number[]>> {
  const tester = fork(TESTER, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  await once(tester, 'message')
  return async (tests, call) => {
    const answer = once(tester, 'message')
    tester.send({ context, tests, call })
    const [waits] = (await answer) as [number[]]
    return waits
  }
}
