import type { Holder } from '../../client/gen/vitest_python/v1/broker.ts'
import type { Priority } from './requests/priority.ts'

/** The pool at the moment at which it decides. */
export interface PoolState {
  /** Workers that are being started. */
  readonly starting: number
  /** Workers ready for a lease, in the order in which they came up. */
  readonly idle: readonly { readonly id: string; readonly lastFile?: string | undefined }[]
  /** Workers that are leased, prefetched or leaving. */
  readonly busy: number
  /** How many of the busy workers are leaving. */
  readonly leaving?: number
  /** The busy workers that test processes hold for their next tests, in the order in which they were granted. */
  readonly prefetched?: readonly string[]
  /** How many prefetched workers have been asked back. */
  readonly recalled?: number
  /** Lease requests in the order in which they came. */
  readonly waiting: readonly (Holder & { readonly id: string; readonly priority: Priority })[]
  /** With strict affinity: the holders of the workers that will be free again. */
  readonly holders?: readonly Holder[] | undefined
  readonly maxWorkers: number
  readonly spares: number
}

/** The next steps of the pool. */
export interface Plan {
  readonly grants: { readonly worker: string; readonly request: string }[]
  /** How many workers to start for requests. */
  readonly starts: number
  /** How many workers to start ahead of requests. */
  readonly spares: number
  /** Prefetched workers to ask back, because tests wait. */
  readonly recalls: string[]
}

/**
 * Matches requests with workers and decides how many more to start. A worker that served the same file before is
 * preferred, because its imports and caches are warm.
 */
export function plan(state: PoolState): Plan {
  const idle = [...state.idle]
  const grants: { worker: string; request: string }[] = []
  const room = Math.max(0, state.maxWorkers - state.idle.length - state.busy - state.starting)
  const { prefetched = [], recalled = 0, leaving = 0 } = state
  const waiting = state.waiting.filter(
    (request) =>
      request.priority !== 'prefetch' && !state.holders?.some((holder) => isSameFile(holder, request)),
  )
  let unmet = 0
  for (const request of waiting) {
    const onlyUnused = state.holders !== undefined && unmet < room + state.starting
    const index = choose(idle, request.file, onlyUnused)
    const [worker] = index < 0 ? [] : idle.splice(index, 1)
    if (worker) grants.push({ worker: worker.id, request: request.id })
    else unmet += 1
  }
  // An idle worker beside an unmet request is reserved for other files.
  const free = unmet > 0 ? 0 : idle.length
  // A prefetched worker is a spare that has been handed out already.
  const wanted = unmet + state.spares - free - state.starting - prefetched.length
  const all = Math.max(0, Math.min(wanted, room))
  const starts = Math.min(all, Math.max(0, unmet - state.starting))
  if (unmet === 0) grants.push(...grantPrefetches(state, idle, room))
  const short = unmet - all - state.starting - leaving - recalled
  return { grants, starts, spares: all - starts, recalls: short > 0 ? prefetched.slice(-short) : [] }
}

/** Never grants the last worker that there can be: the next test would wait until it is given back. */
function grantPrefetches(state: PoolState, idle: PoolState['idle'], room: number): Plan['grants'] {
  const most = Math.max(0, Math.min(idle.length, idle.length + room - 1))
  const requests = state.waiting.filter(({ priority }) => priority === 'prefetch')
  return idle.slice(0, most).flatMap(({ id: worker }, index) => {
    const request = requests[index]
    return request ? [{ worker, request: request.id }] : []
  })
}

/** Whether a test has to wait for the worker that this lease holds. A test that wants two never waits for itself. */
function isSameFile(lease: Holder, request: Holder): boolean {
  return lease.file === request.file && lease.test !== request.test
}

/** @param onlyUnused leaves workers that serve other files alone */
function choose(idle: PoolState['idle'], file: string, onlyUnused: boolean): number {
  const affine = idle.findIndex((worker) => worker.lastFile === file)
  if (affine >= 0) return affine
  const unused = idle.findIndex((worker) => worker.lastFile === undefined)
  return unused >= 0 || onlyUnused ? unused : Math.min(0, idle.length - 1)
}
