import { setMaxListeners } from 'node:events'
import { types } from 'node:util'
import { clearTimeout, setTimeout } from '../../support/clock.ts'
import { withCode } from '../../support/errors.ts'
import type { Caller } from '../errors/caller.ts'
import { CallError, pointAtCaller } from '../errors/errors.ts'
import { timeoutError } from '../errors/timeout.ts'
import type { Arguments, CallOptions } from './callOptions.ts'
import { interrupt } from './interruption.ts'
import type { CallStart, Session } from './session.ts'

/** Refuses what would be read as something else without a word. */
export function encodeArguments(
  session: Session,
  name: string,
  args: Arguments,
): ReturnType<Session['encodeArguments']> {
  if (typeof args !== 'object' || args === null) {
    const why = `The arguments of ${name} are ${String(args)}; write an array for positional or an object for keyword arguments.`
    throw session.adopt(withCode('ARGUMENTS_INVALID', new TypeError(why)))
  }
  try {
    return session.encodeArguments(args)
  } catch (error) {
    throw session.adopt(error)
  }
}

/**
 * Calls a function and waits for its value.
 *
 * @param here where the call stands in the test, for the stack of an error
 */
export function call(
  session: Session,
  start: CallStart,
  args: Arguments,
  options: CallOptions,
  here: Caller,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const lent = encodeArguments(session, start.name, args)
    const settle = (finish: () => void) => {
      release()
      // What Python keeps may still read from them.
      if (!start.keep) lent.close()
      finish()
    }
    const fail = (error: Error) => settle(() => reject(session.adopt(pointAtCaller(error, here))))
    const number = session.start(
      { ...start, arguments: lent.bytes, limited: options.timeout !== undefined },
      {
        value: (value) => settle(() => resolve(value)),
        item: () => {},
        end: () => settle(() => resolve(undefined)),
        fail,
      },
    )
    const release = limit(session, number, start.name, options, fail)
  })
}

/** Who is told that the time of a call is up. */
interface Limits {
  timeout(after: number): void
  abort(reason: Error): void
}

const nothing = () => {}

/** Interrupts a call and fails it when its time is up or its signal aborts, until the returned function is called. */
export function limit(
  session: Session,
  call: number,
  name: string,
  options: CallOptions,
  fail: (error: Error) => void,
): () => void {
  return watch({ ...session.defaults, ...options }, name, {
    timeout: async (after) => fail(timeoutError(name, after, await interrupt(session, call, name))),
    abort: (reason) => {
      session.noteAborted(interrupt(session, call, name))
      fail(reason)
    },
  })
}

function watch(options: CallOptions, name: string, limits: Limits): () => void {
  const { timeout, signal } = options
  if (timeout === undefined && signal === undefined) return nothing
  const timer = timeout === undefined ? undefined : setTimeout(() => limits.timeout(timeout), timeout)
  const abort = () => limits.abort(reasonOf(signal as AbortSignal, name))
  if (signal?.aborted) queueMicrotask(abort)
  // Every call of a test listens to the one signal of the test.
  // That of jsdom is no event target of Node's, and has no limit.
  if (signal instanceof EventTarget) setMaxListeners(0, signal)
  signal?.addEventListener('abort', abort, { once: true })
  return () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

function reasonOf(signal: AbortSignal, name: string): Error {
  // An error of a Jest test file is no `Error` of ours.
  return signal.reason instanceof Error || types.isNativeError(signal.reason)
    ? signal.reason
    : new CallError('CALL_ABORTED', `The call of ${name} was aborted.`)
}
