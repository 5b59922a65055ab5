import { atMost, type Figure, gatedBy, missedBy, type Row, timesFaster } from '../harness/figure.ts'
import { interleave } from '../harness/interleave.ts'
import { lowerQuartile, median } from '../harness/statistics.ts'
import { coldWorker } from '../support/cold.ts'
import { firstAnswer } from '../support/firstAnswer.ts'
import { BenchRun } from '../support/run.ts'

const ROUNDS = 20

/** Time from the request for a fresh worker to its first answer, with and without a spare. */
export const spare: Figure = {
  id: 'P1',
  async measure() {
    const run = await BenchRun.open()
    try {
      const { cold, ready } = await interleave(ROUNDS, { cold: coldWorker, ready: () => spareReady(run) })
      return [row('worker of one’s own, spare ready', ready, cold, 2, 100, 1)]
    } finally {
      await run.stop()
    }
  },
}

export const noSpare: Figure = {
  id: 'P2',
  async measure() {
    const run = await BenchRun.open({ spares: 0 })
    try {
      const { cold, forked } = await interleave(ROUNDS, { cold: coldWorker, forked: () => fork(run) })
      return [row('the same, forked on demand', forked, cold, 12, 20, 1.4)]
    } finally {
      await run.stop()
    }
  },
}

/** @param missed how far the ratio is known to be missed */
function row(
  what: string,
  samples: number[],
  cold: number[],
  limit: number,
  factor: number,
  missed: number,
): Row {
  const [figure, baseline] = [median(samples), median(cold)]
  const fastest = timesFaster(lowerQuartile(samples), lowerQuartile(cold), factor)
  return {
    what,
    figure,
    unit: 'ms',
    baseline: { what: 'cold', figure: baseline },
    targets: [
      atMost(figure, limit, 'ms'),
      gatedBy(fastest, missedBy(missed, timesFaster(figure, baseline, factor))),
    ],
  }
}

/** The worker was prefetched while the previous test was running, or it is a spare. */
async function spareReady(run: BenchRun): Promise<number> {
  await run.leases.prefetch('bench.test.ts')
  await run.settle(({ idle }) => idle >= 2, 'two spares')
  return firstAnswer(run)
}

async function fork(run: BenchRun): Promise<number> {
  await run.settle(({ workers }) => workers === 0, 'no workers')
  return firstAnswer(run)
}
