import type { BrokerRequest, Granted, Holder, Usage } from '../gen/vitest_python/v1/broker.ts'

/** A lease, from its request to its end, as the test process that asked for it knows it. */
export type LeaseState =
  /** The pool has not answered yet. */
  | { readonly phase: 'requested' }
  | { readonly phase: 'granted' }
  /** The pool has no worker for it, or cannot be reached. */
  | { readonly phase: 'refused' }
  /** The worker ended before the lease did. */
  | { readonly phase: 'lost' }
  /** This process withdrew the request or gave the worker back. */
  | { readonly phase: 'released' }

export type LeaseStateEvent =
  // From the pool:
  | { readonly type: 'grant'; readonly granted: Granted }
  | { readonly type: 'refuse'; readonly error: Error }
  | { readonly type: 'lose'; readonly message: string }
  /** Other tests wait for the worker, which no test has taken yet. */
  | { readonly type: 'recall' }
  /** The connection to the pool failed. */
  | { readonly type: 'disconnect'; readonly error: Error }
  /** The pool did not answer in time. */
  | { readonly type: 'timeout'; readonly error: Error }
  // From this process:
  /** A test waits for the worker, or uses it. */
  | { readonly type: 'take'; readonly holder: Holder }
  /** This call cannot be interrupted, so the pool has to kill the worker. */
  | { readonly type: 'kill unresponsive'; readonly call: string }
  /** `busy`: a call may still be running. */
  | { readonly type: 'release'; readonly busy: boolean; readonly usage?: Usage | undefined }

export type LeaseEffect =
  | { readonly type: 'send'; readonly message: NonNullable<BrokerRequest['kind']> }
  | { readonly type: 'end stream' }
  | { readonly type: 'cancel stream' }
  // One of these three settles the request, exactly once.
  | { readonly type: 'grant'; readonly granted: Granted }
  | { readonly type: 'reject'; readonly error: Error }
  | { readonly type: 'withdraw' }
  // A granted lease announces these to the code that uses it.
  | { readonly type: 'lose'; readonly message: string }
  | { readonly type: 'recall' }

export interface LeaseTransition {
  readonly state: LeaseState
  readonly effects: readonly LeaseEffect[]
}

const REFUSED: LeaseState = { phase: 'refused' }
const RELEASED: LeaseState = { phase: 'released' }

/**
 * The state after an event, and the effects to perform. Messages of the pool and decisions of this process may cross,
 * so an event that comes too late is not an error: it changes nothing.
 */
export function nextLeaseState(state: LeaseState, event: LeaseStateEvent): LeaseTransition {
  switch (state.phase) {
    case 'requested':
      return whileRequested(event) ?? { state, effects: [] }
    case 'granted':
      return whileGranted(event) ?? { state, effects: [] }
    case 'lost':
      // The pool still waits for the end of the stream.
      if (event.type === 'release') return { state: RELEASED, effects: release(event) }
      return { state, effects: [] }
    case 'refused':
    case 'released':
      return { state, effects: [] }
  }
}

function whileRequested(event: LeaseStateEvent): LeaseTransition | undefined {
  switch (event.type) {
    case 'grant':
      return { state: { phase: 'granted' }, effects: [{ type: 'grant', granted: event.granted }] }
    case 'refuse':
    case 'disconnect':
      return { state: REFUSED, effects: [{ type: 'reject', error: event.error }] }
    case 'timeout':
      return { state: REFUSED, effects: [{ type: 'cancel stream' }, { type: 'reject', error: event.error }] }
    case 'take':
      return { state: { phase: 'requested' }, effects: [take(event.holder)] }
    case 'release':
      return { state: RELEASED, effects: [...release(event), { type: 'withdraw' }] }
    default:
      return undefined
  }
}

function whileGranted(event: LeaseStateEvent): LeaseTransition | undefined {
  const state: LeaseState = { phase: 'granted' }
  switch (event.type) {
    case 'recall':
      return { state, effects: [{ type: 'recall' }] }
    case 'lose':
      return lose(event.message)
    case 'disconnect':
      return lose(event.error.message)
    case 'take':
      return { state, effects: [take(event.holder)] }
    case 'kill unresponsive':
      return { state, effects: [send({ $case: 'killUnresponsive', value: { name: event.call } })] }
    case 'release':
      return { state: RELEASED, effects: release(event) }
    default:
      return undefined
  }
}

function lose(message: string): LeaseTransition {
  return { state: { phase: 'lost' }, effects: [{ type: 'lose', message }] }
}

function send(message: NonNullable<BrokerRequest['kind']>): LeaseEffect {
  return { type: 'send', message }
}

function take(holder: Holder): LeaseEffect {
  return send({ $case: 'holder', value: holder })
}

function release({ busy, usage }: { busy: boolean; usage?: Usage | undefined }): LeaseEffect[] {
  return [send({ $case: 'release', value: { busy, usage } }), { type: 'end stream' }]
}
