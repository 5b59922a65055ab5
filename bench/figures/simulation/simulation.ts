import type { Figure, Row } from '../../harness/figure.ts'
import { Simulation } from '../../support/simulation/simulation.ts'
import { loadRows, startRows } from './loadRows.ts'

const NODES = 64
/** Of each node. */
const WORKERS = 16
/** Leases per second. */
const RATES = [50, 100, 200, 400, 600, 800, 1_000, 1_250, 1_500]
const DURATION_MS = 5_000
/** Beyond this wait, the pool doesn't keep up, and higher rates say no more. */
const HOPELESS_MS = 2_000

/** The pool, the broker and the lines of a large cluster whose nodes are simulated, under growing load. */
export const simulation: Figure = {
  id: 'simulation',
  async measure() {
    const rows: Row[] = []
    const note = (more: Row[]) => {
      for (const { what, figure, unit } of more) console.error(`${what}: ${figure.toFixed(2)} ${unit}`)
      rows.push(...more)
    }
    const run = await Simulation.open(NODES, WORKERS)
    try {
      note(startRows(NODES * WORKERS, NODES, await run.leaseAtOnce(NODES * WORKERS)))
      for (const rate of RATES) {
        const load = await run.leaseSteadily(rate, DURATION_MS)
        note(loadRows(rate, load))
        if (Math.max(...load.waits) > HOPELESS_MS) break
      }
      return rows
    } finally {
      await run.stop()
    }
  },
}
