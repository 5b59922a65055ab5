import { interleave } from '../../harness/interleave.ts'
import { median } from '../../harness/statistics.ts'
import { rayPython } from '../../support/paths.ts'
import { BenchRun } from '../../support/run.ts'
import { startTester, type TestedCall } from '../../support/testIn.ts'
import { CLUSTER, ECHO } from './kinds.ts'

export const NODES = [1, 2, 3] as const
/** Workers of each node, and of this machine. */
const WORKERS = 4
/** As many as all nodes have workers. */
const TEST_PROCESSES = WORKERS * Math.max(...NODES)
const ROUNDS = 1

/** What a test does in Python, and how many tests each test process runs. */
const LOADS = {
  empty: { call: { name: ECHO, args: [1] }, tests: 10 },
  works: { call: { name: 'plain.work', args: [0.1] }, tests: 6 },
  waits: { call: { name: 'plain.wait', args: [1] }, tests: 4 },
} as const satisfies Record<string, { call: TestedCall; tests: number }>

export type Load = keyof typeof LOADS

/** Tests per second by load, without a cluster (`local`) and with each number of nodes. */
export type Rates = Record<Load, Record<string, number>>

export async function measureNodes(): Promise<Rates> {
  const local = { python: rayPython, modules: ['./plain.py'], maxWorkers: WORKERS }
  const runs: Record<string, BenchRun> = { local: await BenchRun.open(local) }
  for (const nodes of NODES) runs[nodes] = await BenchRun.open({ ...local, cluster: { ...CLUSTER, nodes } })
  try {
    const rates: Partial<Rates> = {}
    for (const load of Object.keys(LOADS) as Load[]) {
      const samples = await interleave(
        ROUNDS,
        Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, () => rateOf(run, load)])),
      )
      rates[load] = Object.fromEntries(
        Object.entries(samples).map(([name, values]) => [name, median(values)]),
      )
    }
    return rates as Rates
  } finally {
    for (const run of Object.values(runs)) await run.stop()
  }
}

/** Tests per second. The test processes are up before the time counts. */
async function rateOf(run: BenchRun, load: Load): Promise<number> {
  const { call, tests } = LOADS[load]
  const testers = await Promise.all(Array.from({ length: TEST_PROCESSES }, () => startTester(run)))
  const began = performance.now()
  await Promise.all(testers.map((test) => test(tests, call)))
  return (TEST_PROCESSES * tests * 1_000) / (performance.now() - began)
}
