import { withCode } from '../../support/errors.ts'
import { type Caller, callerOf } from '../errors/errors.ts'
import { Verb } from '../gen/vitest_python/v1/bridge.ts'
import { call } from './call.ts'
import type { Arguments, CallOptions } from './callOptions.ts'
import type { CallStart, HandleCodec, Session } from './session.ts'
import { stream } from './stream.ts'

/**
 * An object that stays in Python: what `python.ref` resolves to, and what a value becomes that cannot cross.
 * It may be an argument of other calls of the same lease, and lives until `release`, until it is garbage,
 * or until the lease ends. `String(ref)` is its `text`.
 */
export interface PythonRef extends AsyncDisposable {
  /** Qualified name of its class: `sklearn.linear_model._base.LinearRegression`. */
  readonly type: string
  /** Its `repr`, shortened. */
  readonly text: string
  /**
   * Calls a method and resolves to what it returns; `'__call__'` calls the object itself.
   *
   * @throws PythonError what the method raised
   */
  call<T = unknown>(method: string, args?: Arguments, options?: CallOptions): Promise<T>
  /** As `call`, but the result stays in Python, too. */
  ref(method: string, args?: Arguments, options?: CallOptions): Promise<PythonRef>
  /** Iterates over what a generator method yields. */
  stream<T = unknown>(
    method: string,
    args?: Arguments,
    options?: CallOptions,
  ): AsyncGenerator<T, void, undefined>
  /** An attribute, any depth (`'layers.weights'`); without a name, the object itself, where it can cross. */
  get<T = unknown>(attribute?: string, options?: CallOptions): Promise<T>
  /** Lets Python forget the object; calls of it fail from then on. */
  release(): Promise<void>
}

/** A handle of one session. */
export class SessionRef implements PythonRef {
  readonly type: string
  readonly text: string
  readonly #session: Session
  readonly #number: number

  constructor(session: Session, number: number, type: string, text: string) {
    this.#session = session
    this.#number = number
    this.type = type
    this.text = text
    garbage.register(this, { session: new WeakRef(session), number }, this)
  }

  /** The number of a handle of `session`; `undefined` for what is no handle. @throws TypeError for another lease's */
  static numberIn(session: Session, value: object): number | undefined {
    if (!(value instanceof SessionRef)) return undefined
    if (value.#session === session) return value.#number
    const why = `${value.text} lives in the Python process of another lease; a handle can be used only where it was made.`
    throw withCode('ARGUMENTS_INVALID', new TypeError(why))
  }

  call<T = unknown>(method: string, args: Arguments = [], options: CallOptions = {}): Promise<T> {
    return this.#call({ name: method }, args, options, callerOf(this.call)) as Promise<T>
  }

  ref(method: string, args: Arguments = [], options: CallOptions = {}): Promise<PythonRef> {
    return this.#call({ name: method, keep: true }, args, options, callerOf(this.ref)) as Promise<PythonRef>
  }

  stream<T = unknown>(
    method: string,
    args: Arguments = [],
    options: CallOptions = {},
  ): AsyncGenerator<T, void, undefined> {
    const start = { name: method, reference: this.#number }
    const items = stream(this.#session, start, args, options, callerOf(this.stream))
    return items as AsyncGenerator<T, void, undefined>
  }

  get<T = unknown>(attribute = '', options: CallOptions = {}): Promise<T> {
    return this.#call({ name: attribute, verb: Verb.GET }, [], options, callerOf(this.get)) as Promise<T>
  }

  async release(): Promise<void> {
    garbage.unregister(this)
    this.#session.forget([this.#number])
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release()
  }

  toString(): string {
    return this.text
  }

  #call(start: CallStart, args: Arguments, options: CallOptions, here: Caller): Promise<unknown> {
    return call(this.#session, { ...start, reference: this.#number }, args, options, here)
  }
}

/** Handles as sessions make and recognise them. */
export const refs: HandleCodec = {
  numberOf: (session, value) => SessionRef.numberIn(session, value),
  make: (session, number, type, text) => new SessionRef(session, number, type, text),
}

const garbage = new FinalizationRegistry<{ session: WeakRef<Session>; number: number }>(
  ({ session, number }) => session.deref()?.forget([number]),
)
