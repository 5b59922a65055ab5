/** What the pool looks like when it decides. */
export interface PoolState {
  /** Workers being started. */
  starting: number
  /** Workers ready for a lease, in the order in which they came up. */
  idle: readonly { id: string; lastFile?: string | undefined }[]
  /** Workers in use or on their way out. */
  busy: number
  /** Lease requests in the order in which they came. */
  waiting: readonly { id: string; file: string }[]
  maxWorkers: number
  spares: number
}

/** What the pool is to do. */
export interface Plan {
  grants: { worker: string; request: string }[]
  starts: number
}

/**
 * Matches requests with workers and says how many more to start. A worker that served the same file before is
 * preferred: what it has imported and cached is warm.
 */
export function plan(state: PoolState): Plan {
  const idle = [...state.idle]
  const grants: Plan['grants'] = []
  for (const request of state.waiting) {
    if (idle.length === 0) break
    const affine = idle.findIndex((worker) => worker.lastFile === request.file)
    const [worker] = idle.splice(Math.max(affine, 0), 1)
    grants.push({ worker: (worker as { id: string }).id, request: request.id })
  }
  const unmet = state.waiting.length - grants.length
  const wanted = unmet + state.spares - idle.length - state.starting
  const room = state.maxWorkers - state.idle.length - state.busy - state.starting
  return { grants, starts: Math.max(0, Math.min(wanted, room)) }
}
