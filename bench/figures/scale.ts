import { type Figure, type Row, within } from '../harness/figure.ts'
import { timed } from '../harness/interleave.ts'
import { median, percentile } from '../harness/statistics.ts'
import { BenchRun } from '../support/run.ts'
import { testIn } from '../support/testIn.ts'
import { growingSuite } from './growingSuite.ts'

const WORKERS = [1, 2, 4, 8, 16, 32, 64]
const TEST_PROCESSES = [1, 2, 4, 8, 16]
const TESTS = 40

/** Measures the pool with growing numbers of workers, test processes and tests. */
export const scale: Figure = {
  id: 'scale',
  async measure() {
    const rows: Row[] = []
    const note = (more: Row[]) => {
      for (const { what, figure, unit } of more) console.error(`${what}: ${figure.toFixed(1)} ${unit}`)
      rows.push(...more)
    }
    for (const workers of WORKERS) note(await startAndStop(workers))
    let one: number[] | undefined
    for (const processes of TEST_PROCESSES) {
      const { waits, rate } = await contend(processes)
      one ??= waits
      note(waitRows(processes, waits, one, rate))
    }
    await growingSuite(note)
    return rows
  },
}

async function startAndStop(workers: number): Promise<Row[]> {
  const run = await BenchRun.open({ spares: 0, maxWorkers: workers })
  const pool = run.test()
  const one = async () => (await pool.lease()).call('work.echo', [1])
  const start = await timed(() => Promise.all(Array.from({ length: workers }, one)))
  const { took } = await run.stop()
  return [
    { what: `${workers} workers: start from nothing`, figure: start, unit: 'ms', targets: [] },
    { what: `${workers} workers: teardown with verdict`, figure: took, unit: 'ms', targets: [] },
  ]
}

/** Runs empty tests, so that only the pool limits their rate. */
async function contend(processes: number): Promise<{ waits: number[]; rate: number }> {
  const run = await BenchRun.open({ spares: Math.min(8, processes + 1), maxWorkers: 64 })
  try {
    await run.test().lease()
    const began = performance.now()
    const waits = (await Promise.all(Array.from({ length: processes }, () => testIn(run, TESTS)))).flat()
    const rate = (waits.length * 1000) / (performance.now() - began)
    return { waits, rate }
  } finally {
    await run.stop()
  }
}

/** The wait may grow with the number of test processes, and no faster. */
function waitRows(processes: number, waits: number[], one: number[], rate: number): Row[] {
  const who = `${processes} test processes`
  const row = (name: string, of: (waits: number[]) => number): Row => ({
    what: `${who}: wait for a worker, ${name}`,
    figure: of(waits),
    unit: 'ms',
    baseline: { what: 'one', figure: of(one) },
    targets: [within(of(waits), of(one), processes)],
  })
  return [
    row('p50', median),
    row('p99', (all) => percentile(all, 99)),
    { what: `${who}: tests`, figure: rate, unit: '/s', targets: [] },
  ]
}
