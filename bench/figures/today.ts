import { type Figure, missedBy, type Row, type Unit, within } from '../harness/figure.ts'
import { interleave, timed } from '../harness/interleave.ts'
import { median } from '../harness/statistics.ts'
import { BenchRun } from '../support/run.ts'
import { pythonia, pythonShell, spawnPerCall } from '../support/today.ts'

const TEXT = 'x'.repeat(100)
const ROUNDS = 12
const CALLS = 100

/** Compares with tools that people use today. Only `spawn` isolates tests, with a process for each call. */
export const today: Figure = {
  id: 'today',
  async measure() {
    const run = await BenchRun.open()
    const [shell, bridge] = [pythonShell(), await pythonia()]
    try {
      const own = await interleave(ROUNDS, {
        ours: () => ownProcess(run),
        spawn: () => timed(() => spawnPerCall(TEXT)),
        shell: () => timed(shellForOneCall),
      })
      const pool = run.test()
      const client = await pool.lease()
      const call = await interleave(ROUNDS, {
        ours: () => microseconds(() => client.call('work.echo', [TEXT])),
        shell: () => microseconds(() => shell.call(TEXT)),
        bridge: () => microseconds(() => bridge.call(TEXT)),
      })
      await pool.releaseAll()
      return [
        ...rows('a process of its own, one call', 'ms', own, { spawn: 'spawn', shell: 'python-shell' }),
        ...rows('a call, 100 B', 'µs', call, {
          shell: 'python-shell, one for all',
          bridge: 'pythonia, one for all',
        }).map((row) => ({
          ...row,
          targets: [missedBy(1.6, within(row.figure, row.baseline?.figure ?? 0, 1.8))],
        })),
      ]
    } finally {
      await Promise.all([shell.stop(), bridge.stop(), run.stop()])
    }
  },
}

function rows<Name extends string>(
  what: string,
  unit: Unit,
  samples: Record<Name | 'ours', number[]>,
  others: Record<Exclude<Name, 'ours'>, string>,
): Row[] {
  const figure = median(samples.ours)
  return Object.entries<string>(others).map(([name, other]) => ({
    what,
    figure,
    unit,
    targets: [],
    baseline: { what: other, figure: median(samples[name as Name]) },
  }))
}

async function ownProcess(run: BenchRun): Promise<number> {
  await run.leases.prefetch('bench.test.ts')
  await run.settle(({ idle }) => idle >= 2, 'two spares')
  const pool = run.test()
  const took = await timed(async () => (await pool.lease()).call('work.echo', [TEXT]))
  await pool.releaseAll()
  return took
}

async function shellForOneCall(): Promise<void> {
  const shell = pythonShell()
  await shell.call(TEXT)
  await shell.stop()
}

async function microseconds(call: () => Promise<unknown>): Promise<number> {
  return (
    ((await timed(async () => {
      for (let n = 0; n < CALLS; n++) await call()
    })) *
      1000) /
    CALLS
  )
}
