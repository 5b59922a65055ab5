import type { Deferred } from '../../support/deferred.ts'
import type { ClientFrame } from '../gen/vitest_python/v1/bridge.ts'
import type { CallSpan } from '../tracing/callSpan.ts'

/** Gets the answers to one call. The last of them is a value, an end or a failure, exactly once. */
export interface CallListener {
  /** If the call is traced. */
  readonly span?: CallSpan | undefined
  value(value: unknown): void
  item(value: unknown): void
  end(): void
  fail(error: Error): void
}

/** The end of a cancelled call: the exception that Python raised on the way out, if any. */
export type CallEnding = Deferred<Error | undefined>

/** One call between its start and its end. */
export type CallState =
  /** Its listener waits for answers. */
  | { readonly phase: 'active'; readonly listener: CallListener }
  /** Nothing more of it is delivered. Python was asked to end it. */
  | { readonly phase: 'cancelled'; readonly ending: CallEnding }
  /** Python did not end it in time and was asked again. */
  | { readonly phase: 'interrupted'; readonly ending: CallEnding }
  /** That did not help either, so the pool was asked to kill the worker. */
  | { readonly phase: 'abandoned'; readonly ending: CallEnding }
  | { readonly phase: 'ended' }

export type CallEvent =
  // From Python:
  | { readonly type: 'item'; readonly value: unknown }
  | { readonly type: 'value'; readonly value: unknown }
  | { readonly type: 'end' }
  | { readonly type: 'failure'; readonly error: Error }
  /** An item or a value has arrived that cannot be decoded. */
  | { readonly type: 'unreadable item'; readonly error: Error; readonly ending: CallEnding }
  | { readonly type: 'unreadable value'; readonly error: Error }
  // From the test:
  | { readonly type: 'credit'; readonly items: number }
  | { readonly type: 'cancel'; readonly ending: CallEnding }
  | { readonly type: 'interrupt again' }
  | { readonly type: 'abandon'; readonly name: string }
  /** The session has ended, and all its calls with it. */
  | { readonly type: 'session end'; readonly reason: Error }

export type CallEffect =
  | { readonly type: 'item' | 'value'; readonly listener: CallListener; readonly value: unknown }
  | { readonly type: 'end'; readonly listener: CallListener }
  | { readonly type: 'fail'; readonly listener: CallListener; readonly error: Error }
  | { readonly type: 'settle'; readonly ending: CallEnding; readonly failure: Error | undefined }
  | { readonly type: 'send'; readonly message: NonNullable<ClientFrame['kind']> }
  | { readonly type: 'kill worker'; readonly name: string }

export type CallPhase = CallState['phase']

export interface CallTransition {
  readonly state: CallState
  readonly effects: readonly CallEffect[]
}

type Active = Extract<CallState, { phase: 'active' }>
type Cancelled = Extract<CallState, { ending: CallEnding }>

export const ENDED: CallState = { phase: 'ended' }
const NO_EFFECTS: readonly CallEffect[] = []
const SEND_CANCEL: CallEffect = { type: 'send', message: { $case: 'cancel', value: {} } }

/**
 * The state after an event, and the effects to perform. Answers of Python and decisions of the test may cross, so an
 * event that comes too late changes nothing.
 *
 * @throws Error if a call is interrupted again before it was cancelled: that is a bug of this package
 */
export function nextCallState(state: CallState, event: CallEvent): CallTransition {
  switch (state.phase) {
    case 'active':
      return whileActive(state, event)
    case 'ended':
      return { state, effects: NO_EFFECTS }
    default:
      return whileCancelled(state, event)
  }
}

function whileActive(state: Active, event: CallEvent): CallTransition {
  const { listener } = state
  switch (event.type) {
    case 'item':
      return { state, effects: [{ type: 'item', listener, value: event.value }] }
    case 'value':
      return { state: ENDED, effects: [{ type: 'value', listener, value: event.value }] }
    case 'end':
      return { state: ENDED, effects: [{ type: 'end', listener }] }
    case 'failure':
    case 'unreadable value':
      return { state: ENDED, effects: [{ type: 'fail', listener, error: event.error }] }
    case 'unreadable item':
      return {
        state: { phase: 'cancelled', ending: event.ending },
        effects: [{ type: 'fail', listener, error: event.error }, SEND_CANCEL],
      }
    case 'credit':
      return {
        state,
        effects: [{ type: 'send', message: { $case: 'credit', value: { items: event.items } } }],
      }
    case 'cancel':
      return { state: { phase: 'cancelled', ending: event.ending }, effects: [SEND_CANCEL] }
    case 'session end':
      return { state: ENDED, effects: [{ type: 'fail', listener, error: event.reason }] }
    default:
      throw new Error(`A call that is active cannot take the event "${event.type}".`)
  }
}

function whileCancelled(state: Cancelled, event: CallEvent): CallTransition {
  const { phase, ending } = state
  switch (event.type) {
    case 'value':
    case 'unreadable value':
    case 'end':
      return settled(ending)
    case 'failure':
      return settled(ending, event.error)
    case 'session end':
      return settled(ending, event.reason)
    case 'interrupt again':
      if (phase === 'abandoned') break
      return { state: { phase: 'interrupted', ending }, effects: [SEND_CANCEL] }
    case 'abandon':
      if (phase === 'abandoned') break
      return { state: { phase: 'abandoned', ending }, effects: [{ type: 'kill worker', name: event.name }] }
  }
  return { state, effects: NO_EFFECTS }
}

function settled(ending: CallEnding, failure?: Error): CallTransition {
  return { state: ENDED, effects: [{ type: 'settle', ending, failure }] }
}
