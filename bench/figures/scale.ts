import type { Figure, Row } from '../harness/figure.ts'
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
    for (const workers of WORKERS) rows.push(...(await startAndStop(workers)))
    for (const processes of TEST_PROCESSES) rows.push(...(await contend(processes)))
    return [...rows, ...(await growingSuite())]
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
async function contend(processes: number): Promise<Row[]> {
  const run = await BenchRun.open({ spares: Math.min(8, processes + 1), maxWorkers: 64 })
  try {
    await run.test().lease()
    const began = performance.now()
    const waits = (await Promise.all(Array.from({ length: processes }, () => testIn(run, TESTS)))).flat()
    const rate = (waits.length * 1000) / (performance.now() - began)
    const who = `${processes} test processes`
    return [
      { what: `${who}: wait for a worker, p50`, figure: median(waits), unit: 'ms', targets: [] },
      { what: `${who}: wait for a worker, p99`, figure: percentile(waits, 99), unit: 'ms', targets: [] },
      { what: `${who}: tests`, figure: rate, unit: '/s', targets: [] },
    ]
  } finally {
    await run.stop()
  }
}
