import { readFileSync } from 'node:fs'
import { type Figure, type Row, within } from '../harness/figure.ts'
import { BenchRun } from '../support/run.ts'
import { proportionalMegabytes } from './p9Memory.ts'

const PARTS = 5
const IN_FLIGHT = 64

interface Amounts {
  leases: number
  calls: number
}

/** Checks whether the processes that live as long as the run grow over time. */
export function soak(id: string, { leases, calls }: Amounts): Figure {
  return {
    id,
    async measure() {
      const run = await BenchRun.open()
      try {
        const readings: Record<string, number>[] = []
        for (let part = 0; part < PARTS; part++) {
          await leaseAgainAndAgain(run, leases / PARTS)
          await callAgainAndAgain(run, calls / PARTS)
          readings.push(await memoryOf(run))
        }
        const what = `after ${leases} leases and ${calls} calls`
        return Object.keys(readings[0] ?? {}).map((name) => growth(`${name} ${what}`, name, readings))
      } finally {
        await run.stop()
      }
    },
  }
}

/** Compares with the first fifth, in which everything was loaded and warmed up. */
function growth(what: string, name: string, readings: Record<string, number>[]): Row {
  const baseline = readings[0]?.[name] as number
  const figure = readings.at(-1)?.[name] as number
  return {
    what,
    figure,
    unit: 'MB',
    baseline: { what: 'first fifth', figure: baseline },
    targets: [within(figure, baseline, 1.25)],
  }
}

async function leaseAgainAndAgain(run: BenchRun, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const pool = run.test(`test ${n}`)
    const client = await pool.lease()
    await client.call('work.echo', [n])
    await pool.releaseAll()
  }
}

async function callAgainAndAgain(run: BenchRun, count: number): Promise<void> {
  const pool = run.test('calls')
  const client = await pool.lease()
  let left = count
  const next = async () => {
    while (left-- > 0) await client.call('work.echo', ['x'])
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, next))
  await pool.releaseAll()
}

async function memoryOf(run: BenchRun): Promise<Record<string, number>> {
  const [reaper] = childrenOf(run.hostPid)
  const [forkserver] = childrenOf(reaper as number)
  return {
    main: await run.heapMegabytes(),
    reaper: proportionalMegabytes(reaper as number),
    forkserver: residentMegabytes(forkserver as number),
  }
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
}

/** All resident memory, because the part shared with workers varies with their number. */
function residentMegabytes(pid: number): number {
  return Number(/^Rss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) / 1024
}
