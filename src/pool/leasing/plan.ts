import type { Holder } from '../../client/gen/vitest_python/v1/broker.ts'
import type { Need } from './need.ts'

/** What the pool looks like when it decides. */
export interface PoolState {
  /** Workers being started. */
  starting: number
  /** Workers ready for a lease, in the order in which they came up. */
  idle: readonly { id: string; lastFile?: string | undefined }[]
  /** Workers in use, held ahead or on their way out. */
  busy: number
  /** Of these, on their way out. */
  leaving?: number
  /** Of these, held by test processes for their next tests, in the order in which they were granted. */
  ahead?: readonly string[]
  /** Of these, asked back. */
  recalled?: number
  /** Lease requests in the order in which they came. */
  waiting: readonly (Holder & { id: string; need?: Need })[]
  /** With strict affinity: who holds the workers that can be had again. */
  serving?: readonly Holder[] | undefined
  maxWorkers: number
  spares: number
}

/** What the pool is to do. */
export interface Plan {
  grants: { worker: string; request: string }[]
  starts: number
  /** Workers to be asked back from who holds them ahead: others wait. */
  recalls: string[]
}

/**
 * Matches requests with workers and says how many more to start. A worker that served the same file before is
 * preferred: what it has imported and cached is warm.
 */
export function plan(state: PoolState): Plan {
  const idle = [...state.idle]
  const grants: Plan['grants'] = []
  const room = Math.max(0, state.maxWorkers - state.idle.length - state.busy - state.starting)
  const { ahead = [], recalled = 0, leaving = 0 } = state
  const waiting = state.waiting.filter(
    (request) => request.need !== 'ahead' && !state.serving?.some((other) => isOwn(other, request)),
  )
  let unmet = 0
  for (const request of waiting) {
    const index = choose(idle, request.file, state.serving !== undefined && unmet < room + state.starting)
    const [worker] = index < 0 ? [] : idle.splice(index, 1)
    if (worker) grants.push({ worker: worker.id, request: request.id })
    else unmet += 1
  }
  // Who is idle beside an unmet request is left alone for others.
  const free = unmet > 0 ? 0 : idle.length
  // What is held ahead is a spare that has been handed out already.
  const wanted = unmet + state.spares - free - state.starting - ahead.length
  const starts = Math.max(0, Math.min(wanted, room))
  if (unmet === 0) grants.push(...grantAhead(state, idle, room))
  const short = unmet - starts - state.starting - leaving - recalled
  return { grants, starts, recalls: short > 0 ? ahead.slice(-short) : [] }
}

/** Never the last worker that there can be: who comes next would have to wait until it is given back. */
function grantAhead(state: PoolState, idle: PoolState['idle'], room: number): Plan['grants'] {
  const most = Math.min(idle.length, idle.length + room - 1)
  const requests = state.waiting.filter(({ need }) => need === 'ahead').slice(0, Math.max(0, most))
  return requests.map(({ id }, index) => ({ worker: (idle[index] as { id: string }).id, request: id }))
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
