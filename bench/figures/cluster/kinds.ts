import type { ClusterOptions } from '../../../src/options/clusterOptions.ts'
import type { PoolOptions } from '../../../src/options/pythonOptions.ts'
import { rayPython } from '../../support/paths.ts'
import { BenchRun } from '../../support/run.ts'

/** On this machine over a socket, on this machine over TLS, and on a node of the cluster. */
export type Kind = 'socket' | 'tls' | 'cluster'

/** Only the containers have this resource, so that each node has a network of its own. */
export const CLUSTER: ClusterOptions = { engine: 'ray', resources: { CPU: 0.5, container: 1 } }

const OPTIONS: Record<Kind, PoolOptions> = {
  socket: { transport: 'auto' },
  tls: { transport: 'tls' },
  cluster: { cluster: CLUSTER },
}

export const ECHO = 'plain.echo'

/** Opens a run with the cluster's Python, so that all kinds measure the same one. */
export function openKind(kind: Kind, options: PoolOptions = {}): Promise<BenchRun> {
  return BenchRun.open({ python: rayPython, modules: ['./plain.py'], ...OPTIONS[kind], ...options })
}

/** Opens a run of each kind, and ends them after `use`. */
export async function withKinds<T>(
  options: PoolOptions,
  use: (runs: Record<Kind, BenchRun>) => Promise<T>,
): Promise<T> {
  const runs = {
    socket: await openKind('socket', options),
    tls: await openKind('tls', options),
    cluster: await openKind('cluster', options),
  }
  try {
    return await use(runs)
  } finally {
    for (const run of Object.values(runs)) await run.stop()
  }
}

/** One contestant for each kind. */
export function each<T>(make: (kind: Kind) => T): Record<Kind, T> {
  return { socket: make('socket'), tls: make('tls'), cluster: make('cluster') }
}
