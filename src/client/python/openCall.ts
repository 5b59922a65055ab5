import { monotonic, now } from '../../support/clock.ts'
import { withCode } from '../../support/errors.ts'
import type { Caller } from '../errors/caller.ts'
import { pointAtCaller } from '../errors/errors.ts'
import { timeoutError } from '../errors/timeout.ts'
import { Verb } from '../gen/vitest_python/v1/bridge.ts'
import type { Arguments, CallOptions } from '../session/callOptions.ts'
import { type CallStart, completeStart } from '../session/callStart.ts'
import type { CallListener } from '../session/callState.ts'
import type { Session } from '../session/session.ts'
import type { EncodedArguments } from '../session/valueCarrier.ts'
import { type CallSpan, startCallSpan } from '../tracing/callSpan.ts'
import { type LimitedCall, watchLimits } from './callLimits.ts'
import { interrupt } from './interruption.ts'

/** A call as the test makes it. */
export interface CallOfTest {
  readonly start: CallStart
  readonly args: Arguments
  readonly options: CallOptions
  /** The place of the call in the test, for the stack of an error. */
  readonly here: Caller
}

const nothing = () => {}

/**
 * A call with its arguments and its limits, from its start until its listener has got its end. Every error that the
 * listener gets passes `#forTest`.
 */
export class OpenCall implements CallListener, LimitedCall {
  readonly name: string
  readonly span: CallSpan | undefined
  readonly #session: Session
  readonly #listener: CallListener
  readonly #here: Caller
  #number = 0
  #stopWatching = nothing
  #closeArguments = nothing
  readonly #label: string | undefined
  readonly #began = now()
  readonly #start = monotonic()
  #isCounted = false

  constructor(session: Session, { start, args, options, here }: CallOfTest, listener: CallListener) {
    this.name = start.name
    this.#label = labelOf(start)
    this.#session = session
    this.#listener = listener
    this.#here = here
    if (this.#label !== undefined)
      this.span = startCallSpan(session.worker, this.#label, start.stream === true)
    const encoded = this.#encode(args)
    if (!encoded) return
    // Python may go on reading the arguments of an object that it keeps.
    if (!start.keep) this.#closeArguments = encoded.close
    // A debugger may stop Python for any time. With a limit of the test, Python ignores that of the function.
    const limits = session.isDebugged ? { ...options, timeout: Number.POSITIVE_INFINITY } : options
    const limited = limits.timeout !== undefined
    const details = { arguments: encoded.bytes, limited, trace: this.span?.trace }
    this.#number = session.start(completeStart(start, details), this)
    this.#stopWatching = watchLimits({ ...session.defaults, ...limits }, this)
  }

  value(value: unknown): void {
    this.#release()
    this.#count()
    this.#listener.value(value)
  }

  item(value: unknown): void {
    this.span?.countItem()
    this.#listener.item(value)
  }

  end(): void {
    this.#release()
    this.#count()
    this.#listener.end()
  }

  fail(error: Error): void {
    this.#release()
    const shown = this.#forTest(pointAtCaller(error, this.#here))
    this.#count(shown)
    this.#listener.fail(shown)
  }

  async timeOut(after: number): Promise<void> {
    this.fail(timeoutError(this.name, after, await interrupt(this.#session, this.#number, this.name)))
  }

  abort(reason: Error): void {
    const interrupted = interrupt(this.#session, this.#number, this.name)
    this.#session.noteAborted(interrupted.then((error) => error && pointAtCaller(error, this.#here)))
    this.fail(reason)
  }

  /** Permits `items` more items of a stream. */
  credit(items: number): void {
    this.#session.credit(this.#number, items)
  }

  /** Cancels the call unless it has ended. @returns the exception that Python raised on the way out, if any */
  async close(): Promise<Error | undefined> {
    const failure = await this.#session.cancel(this.#number)
    this.#release()
    this.#count(failure)
    return failure && this.#forTest(pointAtCaller(failure, this.#here))
  }

  #encode(args: Arguments): EncodedArguments | undefined {
    try {
      if (typeof args === 'object' && args !== null) return this.#session.encodeArguments(args)
      const why = `The arguments of ${this.name} are ${String(args)}; pass an array of positional arguments or an object of keyword arguments.`
      throw withCode('ARGUMENTS_INVALID', new TypeError(why))
    } catch (error) {
      this.span?.end(error)
      this.#listener.fail(this.#forTest(error as Error))
      return undefined
    }
  }

  /** Only the first end of a call counts. */
  #count(error?: Error): void {
    if (this.#isCounted || this.#label === undefined) return
    this.#isCounted = true
    this.span?.end(error)
    const duration = monotonic() - this.#start
    const call = { name: this.#label, began: this.#began, duration, failed: error !== undefined }
    this.#session.callEnded(call, error)
  }

  #forTest(error: Error): Error {
    return this.#session.adopt(error)
  }

  #release(): void {
    this.#stopWatching()
    this.#closeArguments()
  }
}

/** The name under which a call is counted; `undefined` for a question of this package itself. */
function labelOf({ name, verb, reference }: CallStart): string | undefined {
  if (verb === Verb.DRAWN) return undefined
  if (verb === Verb.EVAL) return 'eval'
  if (verb === Verb.EXEC) return 'exec'
  return reference ? `.${name}` : name
}
