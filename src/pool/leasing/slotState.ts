import type { Worker } from '../python/worker.ts'
import type { LeaseRecord } from './leaseLog.ts'
import type { LeaseRequest } from './requests/leaseRequest.ts'

/** The lease that a worker serves, and the request that the pool answered with it. */
export interface HeldLease {
  readonly lease: LeaseRecord
  readonly request: LeaseRequest
}

/** One worker between its start and its end. */
export type SlotState =
  | { readonly phase: 'starting' }
  | { readonly phase: 'idle'; readonly worker: Worker }
  /** A test process holds it for its next test. */
  | {
      readonly phase: 'prefetched'
      readonly worker: Worker
      readonly held: HeldLease
      readonly recall: 'none' | 'asked' | 'unanswered'
    }
  | { readonly phase: 'leased'; readonly worker: Worker; readonly held: HeldLease }
  /** Between two leases of a shared worker, while it is measured against the `recycle` option. */
  | { readonly phase: 'measuring'; readonly worker: Worker }
  | {
      readonly phase: 'leaving'
      /** Absent if it was still starting. */
      readonly worker?: Worker
      /** The lease that it still serves. */
      readonly held?: HeldLease
      /** Why the pool ends it although it is leased. */
      readonly reason?: string
    }
  | { readonly phase: 'ended' }

export type SlotEvent =
  | { readonly type: 'ready'; readonly worker: Worker }
  | { readonly type: 'grant'; readonly held: HeldLease; readonly prefetch: boolean }
  /** A test uses it from now on. */
  | { readonly type: 'take' }
  /** Other tests wait, so the pool asks for it back. */
  | { readonly type: 'recall' }
  /** The test process has not answered the recall of this lease in time. */
  | { readonly type: 'recall timeout'; readonly held: HeldLease }
  /** The lease is over. */
  | { readonly type: 'release'; readonly to: 'idle' | 'measuring' | 'leaving' }
  /** Its measures allow another lease. */
  | { readonly type: 'keep' }
  | { readonly type: 'retire'; readonly reason?: string }
  | { readonly type: 'exit' }

export type SlotPhase = SlotState['phase']

/**
 * The state after an event. Answers that arrive late (a recall that timed out, the measures of a worker that is
 * leaving) change nothing.
 *
 * @throws Error if the event cannot happen in this state: that is a bug of the pool
 */
export function nextSlotState(state: SlotState, event: SlotEvent): SlotState {
  const next = transitions[event.type](state, event as never)
  if (next) return next
  throw new Error(`A worker's slot that is ${state.phase} cannot take the event "${event.type}".`)
}

type Transitions = {
  readonly [Type in SlotEvent['type']]: (
    state: SlotState,
    event: Extract<SlotEvent, { type: Type }>,
  ) => SlotState | undefined
}

const transitions: Transitions = {
  ready(state, { worker }) {
    if (state.phase === 'starting') return { phase: 'idle', worker }
    return state.phase === 'leaving' && !state.worker ? { ...state, worker } : undefined
  },
  grant(state, { held, prefetch }) {
    if (state.phase !== 'idle') return undefined
    const { worker } = state
    return prefetch
      ? { phase: 'prefetched', worker, held, recall: 'none' }
      : { phase: 'leased', worker, held }
  },
  take(state) {
    if (state.phase === 'prefetched') return { phase: 'leased', worker: state.worker, held: state.held }
    return heldBy(state) ? state : undefined
  },
  recall(state) {
    return state.phase === 'prefetched' && state.recall === 'none' ? { ...state, recall: 'asked' } : undefined
  },
  'recall timeout'(state, { held }) {
    const isPending = state.phase === 'prefetched' && state.recall === 'asked' && state.held === held
    return isPending ? { ...state, recall: 'unanswered' } : state
  },
  release(state, { to }) {
    if (!heldBy(state)) return undefined
    if (state.phase === 'leaving') return leaving(state.worker)
    if (to === 'idle')
      return state.phase === 'prefetched' ? { phase: 'idle', worker: state.worker } : undefined
    if (to === 'measuring')
      return state.phase === 'leased' ? { phase: 'measuring', worker: state.worker } : undefined
    return leaving(workerOf(state))
  },
  keep(state) {
    if (state.phase === 'measuring') return { phase: 'idle', worker: state.worker }
    return state.phase === 'leaving' || state.phase === 'ended' ? state : undefined
  },
  retire(state, { reason }) {
    if (state.phase === 'leaving') return state
    return state.phase === 'ended' ? undefined : leaving(workerOf(state), heldBy(state), reason)
  },
  exit(state) {
    return state.phase === 'ended' ? undefined : { phase: 'ended' }
  },
}

function leaving(worker?: Worker, held?: HeldLease, reason?: string): SlotState {
  return {
    phase: 'leaving',
    ...(worker && { worker }),
    ...(held && { held }),
    ...(reason !== undefined && { reason }),
  }
}

/** The worker of a slot, from the moment at which it is up until it has ended. */
export function workerOf(state: SlotState): Worker | undefined {
  return 'worker' in state ? state.worker : undefined
}

/** The lease that a slot serves. */
export function heldBy(state: SlotState): HeldLease | undefined {
  return 'held' in state ? state.held : undefined
}
