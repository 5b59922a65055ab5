import { setMaxListeners } from 'node:events'
import { clearTimeout, setTimeout } from '../../support/clock.ts'
import { CallError } from '../errors/errors.ts'
import { isError } from '../errors/isError.ts'
import type { CallOptions } from '../session/callOptions.ts'

/** A call that has a time limit or a signal. */
export interface LimitedCall {
  readonly name: string
  /** @param after milliseconds */
  timeOut(after: number): void
  abort(reason: Error): void
}

const nothing = () => {}

/** Watches the time limit and the signal of a call until the returned function is called. */
export function watchLimits({ timeout, signal }: CallOptions, call: LimitedCall): () => void {
  const isLimited = timeout !== undefined && timeout !== Number.POSITIVE_INFINITY
  if (!isLimited && signal === undefined) return nothing
  const timer = isLimited ? setTimeout(() => call.timeOut(timeout), timeout) : undefined
  const abort = () => call.abort(reasonOf(signal as AbortSignal, call.name))
  if (signal?.aborted) queueMicrotask(abort)
  if (signal) allowListeners(signal)
  signal?.addEventListener('abort', abort, { once: true })
  return () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

/** All calls of a test listen to the one signal of that test. */
function allowListeners(signal: AbortSignal): void {
  try {
    setMaxListeners(0, signal)
  } catch {
    // A signal of jsdom or happy-dom has no limit. `instanceof EventTarget` cannot tell, because that may be theirs, too.
  }
}

function reasonOf(signal: AbortSignal, name: string): Error {
  return isError(signal.reason)
    ? signal.reason
    : new CallError('CALL_ABORTED', `The call of ${name} was aborted.`)
}
