import { atMost, type Figure } from '../harness/figure.ts'
import { interleave, timed } from '../harness/interleave.ts'
import { median } from '../harness/statistics.ts'
import { BenchRun } from '../support/run.ts'

const ROUNDS = 60
const LIMIT_MS = 12

/** What coverage adds to a test with a worker of its own: measuring one call, and writing down what ran. */
export const coverage: Figure = {
  id: 'coverage',
  async measure() {
    // One worker at a time, so the next test waits until the worker of the last one has written everything and ended.
    const options = { maxWorkers: 1, spares: 0 }
    const runs = {
      measured: await BenchRun.open(options, { isMeasured: true }),
      bare: await BenchRun.open(options),
    }
    try {
      const whole = (run: BenchRun) => () => timed(() => test(run))
      for (const run of Object.values(runs)) await test(run)
      const samples = await interleave(ROUNDS, { measured: whole(runs.measured), bare: whole(runs.bare) })
      const [figure, baseline] = [median(samples.measured), median(samples.bare)]
      const cost = figure - baseline
      return [
        {
          what: 'a test, with coverage',
          figure,
          unit: 'ms',
          baseline: { what: 'without', figure: baseline },
          targets: [],
        },
        { what: 'coverage alone', figure: cost, unit: 'ms', targets: [atMost(cost, LIMIT_MS, 'ms')] },
      ]
    } finally {
      for (const run of Object.values(runs)) await run.stop()
    }
  },
}

async function test(run: BenchRun): Promise<void> {
  const pool = run.test()
  const client = await pool.lease()
  await client.call('work.echo', [1])
  await pool.releaseAll()
}
