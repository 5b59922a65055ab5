import { atMostMore, type Row, type Target, type Unit, within } from '../../harness/figure.ts'
import { median } from '../../harness/statistics.ts'
import type { Costs, Samples } from './costs.ts'
import type { Kind } from './kinds.ts'

/** How much longer a test may wait for a worker of the cluster than for one of this machine. */
const LEASE_MS = 8
const CALL_FACTOR = 1.15

const LOCAL: Partial<Record<Kind, string>> = { socket: 'local', tls: 'local, TLS' }

/** The cluster beside this machine over a socket, by which the targets count, and over TLS, which tells their cause. */
export function costRows(costs: Costs): Row[] {
  const lease = (figure: number, baseline: number) => [atMostMore(figure, baseline, LEASE_MS, 'ms')]
  const call = (figure: number, baseline: number) => [within(figure, baseline, CALL_FACTOR)]
  return [
    ...compare('lease, prefetched, first answer', 'ms', costs.prefetched, lease),
    ...compare('lease from a spare, first answer', 'ms', costs.spare, lease),
    ...compare('lease without a spare, first answer', 'ms', costs.forked),
    ...compare('python.call, 100 B', 'µs', costs.call, call),
    ...compare('from nothing to the first answer', 'ms', costs.nothing),
    ...compare('end with verdict', 'ms', costs.end),
  ]
}

/** @param targets by the figure of the cluster and that of this machine over a socket. Default: none */
function compare(
  what: string,
  unit: Unit,
  samples: Samples,
  targets: (figure: number, baseline: number) => Target[] = () => [],
): Row[] {
  const figure = median(samples.cluster)
  return (['socket', 'tls'] as const).map((kind) => {
    const baseline = { what: LOCAL[kind] as string, figure: median(samples[kind]) }
    return {
      what: `cluster: ${what}`,
      figure,
      unit,
      baseline,
      targets: kind === 'socket' ? targets(figure, baseline.figure) : [],
    }
  })
}
