import { timed } from '../harness/interleave.ts'
import type { BenchRun } from './run.ts'

/** Milliseconds of a test from its request for a worker to the first answer. @param echo a function that is called */
export async function firstAnswer(run: BenchRun, echo = 'work.echo'): Promise<number> {
  const pool = run.test()
  const took = await timed(async () => {
    const client = await pool.lease()
    await client.call(echo, [1])
  })
  await pool.releaseAll()
  return took
}
