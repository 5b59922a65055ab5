import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { BenchRun } from './run.ts'

const TESTER = fileURLToPath(new URL('./tester.js', import.meta.url))

/** Runs empty tests in a test process of their own. @returns the milliseconds that each waited for its first answer */
export async function testIn({ context }: BenchRun, tests: number): Promise<number[]> {
  const tester = fork(TESTER, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const answer = once(tester, 'message')
  tester.send({ context, tests })
  const [waits] = (await answer) as [number[]]
  return waits
}
