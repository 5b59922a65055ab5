import { atMost, type Figure } from '../harness/figure.ts'
import { median } from '../harness/statistics.ts'
import { crowd } from '../support/crowd.ts'
import { BenchRun } from '../support/run.ts'

const WORKERS = 8
const PROCESSES = 500
const ROUNDS = 7

/** Time from the last test to the verdict, on a machine with many processes. */
export const teardown: Figure = {
  id: 'P7',
  async measure() {
    const disperse = await crowd(PROCESSES)
    try {
      const samples: Awaited<ReturnType<typeof once>>[] = []
      for (let round = 0; round < ROUNDS; round++) samples.push(await once())
      const of = (name: 'took' | 'sweeping' | 'blocked') => median(samples.map((sample) => sample[name]))
      const many = `${WORKERS} workers, ${samples.at(-1)?.processes} processes`
      return [
        { what: `end of ${many}`, figure: of('took'), unit: 'ms', targets: [atMost(of('took'), 150, 'ms')] },
        {
          what: 'each sweep',
          figure: of('sweeping'),
          unit: 'ms',
          targets: [atMost(of('sweeping'), 20, 'ms')],
        },
        {
          what: 'event loop blocked',
          figure: of('blocked'),
          unit: 'ms',
          targets: [atMost(of('blocked'), 10, 'ms')],
        },
      ]
    } finally {
      await disperse()
    }
  },
}

async function once() {
  const run = await BenchRun.open({ spares: 0 })
  const pool = run.test()
  const clients = await Promise.all(Array.from({ length: WORKERS }, () => pool.lease()))
  await Promise.all(clients.map((client) => client.call('work.echo', [1])))
  // The leases are still open: the run ends all workers itself.
  const { took, blocked, report } = await run.stop()
  const [, processes, sweeping] = /of (\d+) processes clean in (\d+) ms/.exec(report) ?? []
  return { took, blocked, processes: Number(processes), sweeping: Number(sweeping) }
}
