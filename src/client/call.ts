import { setMaxListeners } from 'node:events'
import { clearTimeout, setTimeout } from './clock.ts'
import { CallError, pointAtCaller } from './errors.ts'
import type { Session } from './session.ts'
import { encode } from './values/encode.ts'

/** An array for positional arguments, an object for keyword arguments. */
export type Arguments = readonly unknown[] | Readonly<Record<string, unknown>>

export interface CallOptions {
  /** Milliseconds after which the call is given up. Default: none of its own. */
  timeout?: number
  /** Gives the call up when it aborts. Default: the signal of the test, where the runner has one. */
  signal?: AbortSignal
}

/** Items that Python may be ahead of the reader of a stream. */
const WINDOW = 16

/** Refuses what MessagePack would encode as something else without a word. */
export function encodeArguments(name: string, args: Arguments): Uint8Array {
  if (typeof args !== 'object' || args === null) {
    throw new TypeError(
      `The arguments of ${name} are ${String(args)}; write an array for positional or an object for keyword arguments.`,
    )
  }
  return encode(args, 'args')
}

/**
 * Calls a function and waits for its value.
 *
 * @param here where the call stands in the test, as `callerStack` gives it
 */
export function call(
  session: Session,
  name: string,
  args: Arguments,
  options: CallOptions,
  here: string,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const payload = encodeArguments(name, args)
    const settle = (finish: () => void) => {
      release()
      finish()
    }
    const number = session.start(
      { name, arguments: payload, stream: false, credit: 0 },
      {
        value: (value) => settle(() => resolve(value)),
        item: () => {},
        end: () => settle(() => resolve(undefined)),
        fail: (error) => settle(() => reject(pointAtCaller(error, here))),
      },
    )
    const release = giveUpOn(name, options, (error) => {
      session.cancel(number)
      reject(pointAtCaller(error, here))
    })
  })
}

/** Iterates over what a generator yields; leaving the loop closes the generator. Parameters as `call`. */
export async function* stream(
  session: Session,
  name: string,
  args: Arguments,
  options: CallOptions,
  here: string,
): AsyncGenerator<unknown, void, undefined> {
  const arrived: unknown[] = []
  const outcome: { of?: 'end' | Error } = {}
  let wake = () => {}
  const become = (end: 'end' | Error) => {
    outcome.of ??= end
    wake()
  }
  const number = session.start(
    { name, arguments: encodeArguments(name, args), stream: true, credit: WINDOW },
    {
      value: () => become('end'),
      item: (item) => {
        arrived.push(item)
        wake()
      },
      end: () => become('end'),
      fail: (error) => become(pointAtCaller(error, here)),
    },
  )
  const release = giveUpOn(name, options, (error) => become(pointAtCaller(error, here)))
  try {
    while (true) {
      while (arrived.length > 0) {
        const item = arrived.shift()
        session.credit(number, 1)
        yield item
      }
      if (outcome.of === 'end') return
      if (outcome.of) throw outcome.of
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  } finally {
    release()
    session.cancel(number)
  }
}

function giveUpOn(name: string, options: CallOptions, giveUp: (error: Error) => void): () => void {
  const { timeout, signal } = options
  if (timeout === undefined && signal === undefined) return () => {}
  const timer =
    timeout === undefined
      ? undefined
      : setTimeout(
          () => giveUp(new CallError('CALL_TIMEOUT', `${name} did not answer within ${timeout} ms.`)),
          timeout,
        )
  const abort = () => giveUp(abortError(name, signal as AbortSignal))
  if (signal?.aborted) queueMicrotask(abort)
  // Every call of a test listens to the one signal of the test.
  if (signal) setMaxListeners(0, signal)
  signal?.addEventListener('abort', abort, { once: true })
  return () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

function abortError(name: string, signal: AbortSignal): Error {
  return signal.reason instanceof Error
    ? signal.reason
    : new CallError('CALL_ABORTED', `The call of ${name} was aborted.`)
}
