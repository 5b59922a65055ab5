import { atMost, type Row } from '../../harness/figure.ts'
import { median, percentile } from '../../harness/statistics.ts'
import type { LeaseLoad } from '../../support/simulation/simulation.ts'

/** The rate that the pool must keep, and how long a test may wait for a spare meanwhile. */
const TARGET_RATE = 1_000
const WAIT_MS = 50

/** All workers of a cluster at once. */
export function startRows(workers: number, nodes: number, { took, busy, memory }: LeaseLoad): Row[] {
  const who = `${workers} workers on ${nodes} nodes`
  return [
    { what: `${who}: all leased, from nothing`, figure: took, unit: 'ms', targets: [] },
    { what: `${who}: processor time of main per worker`, figure: busy / workers, unit: 'ms', targets: [] },
    { what: `${who}: memory of main`, figure: memory, unit: 'MB', targets: [] },
  ]
}

/** @param rate leases per second */
export function loadRows(rate: number, load: LeaseLoad): Row[] {
  const { waits, refused, busy, delay, memory } = load
  const who = `${rate} leases a second`
  const late = percentile(waits, 99)
  return [
    { what: `${who}: wait, p50`, figure: median(waits), unit: 'ms', targets: [] },
    {
      what: `${who}: wait, p99`,
      figure: late,
      unit: 'ms',
      targets: rate <= TARGET_RATE ? [atMost(late, WAIT_MS, 'ms')] : [],
    },
    {
      what: `${who}: processor time of main per lease`,
      figure: busy / (waits.length + refused),
      unit: 'ms',
      targets: [],
    },
    { what: `${who}: event loop of main late, p99`, figure: delay, unit: 'ms', targets: [] },
    { what: `${who}: memory of main`, figure: memory, unit: 'MB', targets: [] },
  ]
}
