import type { Holder } from '../client/gen/vitest_python/v1/broker.ts'

/** What the pool looks like when it decides. */
export interface PoolState {
  /** Workers being started. */
  starting: number
  /** Workers ready for a lease, in the order in which they came up. */
  idle: readonly { id: string; lastFile?: string | undefined }[]
  /** Workers in use or on their way out. */
  busy: number
  /** Lease requests in the order in which they came. */
  waiting: readonly (Holder & { id: string })[]
  /** With strict affinity: who holds the workers that can be had again. */
  serving?: readonly Holder[] | undefined
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
  const room = Math.max(0, state.maxWorkers - state.idle.length - state.busy - state.starting)
  const waiting = state.waiting.filter((request) => !state.serving?.some((other) => isOwn(other, request)))
  let unmet = 0
  for (const request of waiting) {
    const index = choose(idle, request.file, state.serving !== undefined && unmet < room + state.starting)
    const [worker] = index < 0 ? [] : idle.splice(index, 1)
    if (worker) grants.push({ worker: worker.id, request: request.id })
    else unmet += 1
  }
  // Who is idle beside an unmet request is left alone for others.
  const spare = unmet > 0 ? 0 : idle.length
  const wanted = unmet + state.spares - spare - state.starting
  return { grants, starts: Math.max(0, Math.min(wanted, room)) }
}

/** Whether the worker that this lease holds is the one to wait for. A test that wants two does not wait for itself. */
function isOwn(lease: Holder, request: Holder): boolean {
  return lease.file === request.file && lease.test !== request.test
}

/** @param fresh leaves alone what serves other files */
function choose(idle: PoolState['idle'], file: string, fresh: boolean): number {
  const affine = idle.findIndex((worker) => worker.lastFile === file)
  if (affine >= 0) return affine
  const unused = idle.findIndex((worker) => worker.lastFile === undefined)
  return unused >= 0 || fresh ? unused : Math.min(0, idle.length - 1)
}
