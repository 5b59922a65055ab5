import { type Figure, missedBy, within } from '../harness/figure.ts'
import { interleave, timed } from '../harness/interleave.ts'
import { median } from '../harness/statistics.ts'
import { coldWorker } from '../support/cold.ts'
import { BenchRun } from '../support/run.ts'

const WORKERS = 8

/** Starts workers from nothing: interpreter, reaper, forkserver, imports, forks, and an answer from each worker. */
export const fromNothing: Figure = {
  id: 'P3',
  async measure() {
    const samples = await interleave(8, { cold: coldWorker, eight: eightWorkers })
    const [figure, baseline] = [median(samples.eight), median(samples.cold)]
    return [
      {
        what: '8 workers from nothing',
        figure,
        unit: 'ms',
        baseline: { what: 'one cold', figure: baseline },
        targets: [missedBy(2.1, within(figure, baseline, 1.6))],
      },
    ]
  },
}

async function eightWorkers(): Promise<number> {
  const run = await BenchRun.open({ spares: 0 })
  const pool = run.test()
  try {
    return await timed(() => Promise.all(Array.from({ length: WORKERS }, () => firstAnswer(pool))))
  } finally {
    await pool.releaseAll()
    await run.stop()
  }
}

async function firstAnswer(pool: ReturnType<BenchRun['test']>): Promise<void> {
  const client = await pool.lease()
  await client.call('work.echo', [1])
}
