// Measures the project's figures beside their baselines, in one run. Arguments choose figures: `P4 P5`.
// `--chart` draws P11 into docs/. `--check` fails if a ratio got worse, in each of several runs.
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { cluster } from './figures/cluster/cluster.ts'
import { coverage } from './figures/coverage.ts'
import { isolations } from './figures/isolations.ts'
import { leaseEnd } from './figures/leaseEnd.ts'
import { noSpare, spare } from './figures/p1Spare.ts'
import { fromNothing } from './figures/p3Nothing.ts'
import { calls, inFlight } from './figures/p4Calls.ts'
import { payloads } from './figures/p6Payloads.ts'
import { teardown } from './figures/p7Teardown.ts'
import { suiteWithoutPython } from './figures/p8Suite.ts'
import { memory } from './figures/p9Memory.ts'
import { fixturesImport } from './figures/p10Import.ts'
import { suiteWithPython } from './figures/p11Suite.ts'
import { freshWorkers } from './figures/p12FreshWorkers.ts'
import { scale } from './figures/scale.ts'
import { simulation } from './figures/simulation/simulation.ts'
import { soak } from './figures/soak.ts'
import { today } from './figures/today.ts'
import { typeChecking } from './figures/types.ts'
import { chartOf, themes } from './harness/chart.ts'
import type { Figure } from './harness/figure.ts'
import { GATE_RUNS, regressions } from './harness/gate.ts'
import { type Results, tabulate } from './harness/table.ts'
import { cache, root } from './support/paths.ts'

const FIGURES: Figure[] = [
  spare,
  noSpare,
  fromNothing,
  calls,
  inFlight,
  payloads,
  teardown,
  suiteWithoutPython,
  memory,
  fixturesImport,
  suiteWithPython,
  freshWorkers,
  leaseEnd,
  isolations,
  coverage,
  typeChecking,
  today,
  soak('memory', { leases: 250, calls: 25_000 }),
]

/** Run only if named, because they take minutes. */
const LONG: Figure[] = [soak('soak', { leases: 10_000, calls: 1_000_000 }), scale, cluster, simulation]

const names = process.argv.slice(2)
const wanted = names.filter((name) => !name.startsWith('--')).map((name) => name.toLowerCase())
const chosen =
  wanted.length === 0 ? FIGURES : [...FIGURES, ...LONG].filter(({ id }) => wanted.includes(id.toLowerCase()))
if (chosen.length === 0)
  throw new Error(`No such figure. Choose from ${[...FIGURES, ...LONG].map(({ id }) => id).join(', ')}.`)

const check = names.includes('--check')
const runs = [await measureAll()]
while (check && runs.length < GATE_RUNS && regressions(runs).length > 0) runs.push(await measureAll())
const results = runs.at(-1) as Results
const machine = {
  cores: availableParallelism(),
  model: cpus()[0]?.model,
  load: loadavg()[0],
  node: process.version,
  at: new Date().toISOString(),
}
writeFileSync(join(cache, '../bench.json'), `${JSON.stringify({ machine, results }, null, 2)}\n`)
console.log(tabulate(results))
if (names.includes('--chart')) {
  const rows = results.find(({ id }) => id === 'P11')?.rows ?? []
  for (const theme of themes)
    writeFileSync(
      join(root, `docs/performance-${theme}.svg`),
      chartOf(rows, 'a pristine Python for each test', theme),
    )
}
if (check) {
  const worse = regressions(runs)
  for (const sentence of worse) console.error(sentence)
  process.exitCode = worse.length === 0 ? 0 : 1
}

async function measureAll(): Promise<Results> {
  const results: Results = []
  for (const figure of chosen) {
    const began = performance.now()
    results.push({ id: figure.id, rows: await figure.measure() })
    console.error(`${figure.id} measured in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  }
  return results
}
