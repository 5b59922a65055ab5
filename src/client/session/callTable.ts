import { deferred } from '../../support/deferred.ts'
import type { ClientFrame } from '../gen/vitest_python/v1/bridge.ts'
import {
  type CallEffect,
  type CallEvent,
  type CallListener,
  type CallPhase,
  type CallState,
  nextCallState,
} from './callState.ts'

/** The services that a call table needs from its session. */
export interface CallHost {
  send(message: NonNullable<ClientFrame['kind']>, call: number): void
  /** Has the pool kill the worker because this call in it cannot be interrupted. */
  killUnresponsive(name: string): void
}

/** The calls of a session that have not ended, by their numbers. */
export class CallTable {
  readonly #host: CallHost
  readonly #calls = new Map<number, CallState>()
  #last = 0

  constructor(host: CallHost) {
    this.#host = host
  }

  /** Whether Python may still be at work on a cancelled call. */
  get busy(): boolean {
    for (const { phase } of this.#calls.values()) if (phase !== 'active') return true
    return false
  }

  /** Whether no call is open, so that Python answers the next one at once. */
  get idle(): boolean {
    return this.#calls.size === 0
  }

  phaseOf(call: number): CallPhase {
    return this.#calls.get(call)?.phase ?? 'ended'
  }

  /** @returns the number of the call; 0 is none */
  add(listener: CallListener): number {
    const call = ++this.#last
    this.#calls.set(call, { phase: 'active', listener })
    return call
  }

  /** Applies an event to a call. A call that has ended ignores it. */
  dispatch(call: number, event: CallEvent): void {
    const before = this.#calls.get(call)
    if (!before) return
    const { state, effects } = nextCallState(before, event)
    if (state.phase === 'ended') this.#calls.delete(call)
    else if (state !== before) this.#calls.set(call, state)
    for (const effect of effects) this.#perform(effect, call)
  }

  /**
   * Cancels a call; nothing more of it is delivered.
   *
   * @returns when Python has ended it: the exception that it raised meanwhile, if any
   */
  cancel(call: number): Promise<Error | undefined> {
    this.dispatch(call, { type: 'cancel', ending: deferred() })
    const state = this.#calls.get(call)
    return state && 'ending' in state ? state.ending.promise : Promise.resolve(undefined)
  }

  /** Ends every call. @param reasonOf makes the error of each call, whose stack then points at the call */
  end(reasonOf: () => Error): void {
    for (const call of [...this.#calls.keys()])
      this.dispatch(call, { type: 'session end', reason: reasonOf() })
  }

  #perform(effect: CallEffect, call: number): void {
    switch (effect.type) {
      case 'item':
        return effect.listener.item(effect.value)
      case 'value':
        return effect.listener.value(effect.value)
      case 'end':
        return effect.listener.end()
      case 'fail':
        return effect.listener.fail(effect.error)
      case 'settle':
        return effect.ending.resolve(effect.failure)
      case 'send':
        return this.#host.send(effect.message, call)
      case 'kill worker':
        return this.#host.killUnresponsive(effect.name)
    }
  }
}
