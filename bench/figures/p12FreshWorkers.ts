import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Figure, missedBy, reaches } from '../harness/figure.ts'
import { interleave } from '../harness/interleave.ts'
import { median } from '../harness/statistics.ts'
import { programs, python } from '../support/paths.ts'
import { BenchRun } from '../support/run.ts'
import { testIn } from '../support/testIn.ts'

const run = promisify(execFile)
const TESTS = 150
const FORKS = 400
const ROUNDS = 3

/** Fresh workers a second, each for an empty test with one call, with as many test processes as cores. */
export const freshWorkers: Figure = {
  id: 'P12',
  async measure() {
    const samples = await interleave(ROUNDS, { ours: freshWorkersPerSecond, bare: bareForksPerSecond })
    const [figure, baseline] = [median(samples.ours), median(samples.bare)]
    return [
      {
        what: 'fresh workers, empty tests',
        figure,
        unit: '/s',
        baseline: { what: 'bare forks', figure: baseline },
        targets: [missedBy(7, reaches(figure, baseline, 0.5))],
      },
    ]
  },
}

async function freshWorkersPerSecond(): Promise<number> {
  const cores = availableParallelism()
  const pool = await BenchRun.open({ spares: cores + 1, maxWorkers: 4 * cores })
  try {
    // Python is up before the time counts.
    const test = pool.test()
    await (await test.lease()).call('work.echo', [1])
    await test.releaseAll()
    const began = performance.now()
    await Promise.all(Array.from({ length: cores }, () => testIn(pool, TESTS)))
    return (cores * TESTS * 1_000) / (performance.now() - began)
  } finally {
    await pool.stop()
  }
}

async function bareForksPerSecond(): Promise<number> {
  const { stdout } = await run(python, [join(programs, 'forks.py'), `${FORKS}`, `${availableParallelism()}`])
  return Number(stdout)
}
