import type { Figure, Row } from '../harness/figure.ts'
import { interleave, timed } from '../harness/interleave.ts'
import { median } from '../harness/statistics.ts'
import { BenchRun } from '../support/run.ts'

const ROUNDS = 60

/** What a test with one call costs beyond its body, by isolation, with a small program and with 1 GB of data in Python. */
export const isolations: Figure = {
  id: 'isolation',
  async measure() {
    const rows: Row[] = []
    for (const module of ['work', 'heavy']) rows.push(...(await measureWith(module)))
    return rows
  },
}

async function measureWith(module: string): Promise<Row[]> {
  const options = { modules: [`./${module}.py`], maxWorkers: 4 }
  const runs = {
    test: await BenchRun.open(options),
    reset: await BenchRun.open({ ...options, isolation: 'shared', reset: `${module}.reset` }),
    shared: await BenchRun.open({ ...options, isolation: 'shared' }),
  }
  try {
    const lease = (run: BenchRun) => () => wholeLease(run, `${module}.echo`)
    for (const run of Object.values(runs)) await lease(run)()
    const samples = await interleave(ROUNDS, {
      test: lease(runs.test),
      reset: lease(runs.reset),
      shared: lease(runs.shared),
    })
    const of = (isolation: keyof typeof runs) => median(samples[isolation])
    const baseline = { what: 'shared', figure: of('shared') }
    const what = module === 'work' ? 'a test' : 'a test, 1 GB in Python'
    return [
      { what: `${what}, isolation test`, figure: of('test'), unit: 'ms', baseline, targets: [] },
      { what: `${what}, shared with reset`, figure: of('reset'), unit: 'ms', baseline, targets: [] },
    ]
  } finally {
    for (const run of Object.values(runs)) await run.stop()
  }
}

/** From the request for a worker to the end of its lease. */
function wholeLease(run: BenchRun, name: string): Promise<number> {
  return timed(async () => {
    const pool = run.test()
    const client = await pool.lease()
    await client.call(name, [1])
    await pool.releaseAll()
  })
}
