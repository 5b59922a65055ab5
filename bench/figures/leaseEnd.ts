import { atMost, type Figure } from '../harness/figure.ts'
import { interleave, timed } from '../harness/interleave.ts'
import { median } from '../harness/statistics.ts'
import { BenchRun } from '../support/run.ts'

const ROUNDS = 60
/** The target for a test that leaves no process behind. */
const LIMIT_MS = 0.3

/** The end of a lease of a test that has no child, with the check for processes that it leaves, and without. */
export const leaseEnd: Figure = {
  id: 'release',
  async measure() {
    const checked = await BenchRun.open()
    const unchecked = await BenchRun.open({ orphans: { blame: 'run' } })
    try {
      const samples = await interleave(ROUNDS, {
        checked: () => endOfLease(checked),
        unchecked: () => endOfLease(unchecked),
      })
      const [figure, baseline] = [median(samples.checked), median(samples.unchecked)]
      const cost = Math.max(0, figure - baseline)
      return [
        {
          what: 'end of a lease that leaves nothing',
          figure,
          unit: 'ms',
          baseline: { what: 'without the check', figure: baseline },
          targets: [],
        },
        { what: 'the check alone', figure: cost, unit: 'ms', targets: [atMost(cost, LIMIT_MS, 'ms')] },
      ]
    } finally {
      await checked.stop()
      await unchecked.stop()
    }
  },
}

/** As the fixture does it after a test. */
async function endOfLease(run: BenchRun): Promise<number> {
  const pool = run.test()
  const client = await pool.lease()
  await client.call('work.echo', [1])
  return timed(async () => {
    await pool.releaseAll()
    if (await pool.leftBehind()) throw new Error('The lease has left a process behind.')
  })
}
