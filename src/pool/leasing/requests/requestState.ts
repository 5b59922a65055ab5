import type { Holder } from '../../../client/gen/vitest_python/v1/broker.ts'
import type { LeaseGrant } from './leaseRequest.ts'
import type { Priority } from './priority.ts'

/** A lease request between its arrival and the end of its lease. */
export type RequestState =
  | { readonly phase: 'queued'; readonly holder: Holder; readonly priority: Priority }
  | { readonly phase: 'granted'; readonly grant: LeaseGrant }
  | { readonly phase: 'ended' }

export type RequestEvent =
  /** A test waits for the worker, or uses it. */
  | { readonly type: 'take'; readonly holder: Holder }
  | { readonly type: 'grant'; readonly grant: LeaseGrant }
  /** The pool cannot serve it. */
  | { readonly type: 'refuse' }
  /** The test process withdraws it or gives its worker back. */
  | { readonly type: 'end' }

/**
 * The state after an event. A test process may take or end a lease that is over; such an event changes nothing.
 *
 * @throws Error if the pool grants or refuses a request that is not queued
 */
export function nextRequestState(state: RequestState, event: RequestEvent): RequestState {
  switch (event.type) {
    case 'take':
      return state.phase === 'queued' ? { phase: 'queued', holder: event.holder, priority: 'test' } : state
    case 'grant':
      if (state.phase === 'queued') return { phase: 'granted', grant: event.grant }
      break
    case 'refuse':
      if (state.phase === 'queued') return { phase: 'ended' }
      break
    case 'end':
      return { phase: 'ended' }
  }
  throw new Error(`A lease request that is ${state.phase} cannot take the event "${event.type}".`)
}
