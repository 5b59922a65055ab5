import { withCode } from '../../support/errors.ts'
import { type Caller, callerOf } from '../errors/caller.ts'
import { Verb } from '../gen/vitest_python/v1/bridge.ts'
import type { Arguments, CallOptions } from '../session/callOptions.ts'
import type { ReferenceCodec, Session } from '../session/session.ts'
import { call } from './call.ts'
import { type CallRequest, CallSurface } from './callSurface.ts'
import type { PythonRef } from './pythonClient.ts'
import { stream } from './stream.ts'

/** A reference of one session. */
export class SessionRef extends CallSurface implements PythonRef {
  readonly type: string
  readonly text: string
  declare readonly reason?: string
  readonly #session: Session
  readonly #number: number

  constructor(session: Session, number: number, type: string, text: string, reason?: string) {
    super()
    this.#session = session
    this.#number = number
    this.type = type
    this.text = text
    // Left out if there is none, so that diffs don't print it.
    if (reason !== undefined) this.reason = reason
    garbage.register(this, { session: new WeakRef(session), number }, this)
  }

  /** The number of a reference of `session`; `undefined` for any other value. @throws TypeError if it is another lease's */
  static numberIn(session: Session, value: object): number | undefined {
    if (!(value instanceof SessionRef)) return undefined
    if (value.#session === session) return value.#number
    const why = `${value.text} lives in the Python process of another lease; you can use a reference only in the lease that made it.`
    throw withCode('ARGUMENTS_INVALID', new TypeError(why))
  }

  override invoke(request: CallRequest, args: Arguments, options: CallOptions, here: Caller) {
    const start = { ...request, reference: this.#number }
    return call(this.#session, { start, args, options, here })
  }

  override iterate(name: string, args: Arguments, options: CallOptions, here: Caller) {
    const start = { name, reference: this.#number }
    return stream(this.#session, { start, args, options, here })
  }

  get<T = unknown>(attribute = '', options: CallOptions = {}): Promise<T> {
    const start = { name: attribute, verb: Verb.GET, reference: this.#number }
    return call(this.#session, { start, args: [], options, here: callerOf(this.get) }) as Promise<T>
  }

  async release(): Promise<void> {
    garbage.unregister(this)
    this.#session.forget([this.#number])
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release()
  }

  override toString(): string {
    return this.text
  }
}

/** How a session makes and recognises references. */
export const refs: ReferenceCodec = {
  numberOf: (session, value) => SessionRef.numberIn(session, value),
  make: (session, number, type, text, reason) => new SessionRef(session, number, type, text, reason),
}

// The name that diffs print, and that users know.
Object.defineProperty(SessionRef, 'name', { value: 'PythonRef' })

const garbage = new FinalizationRegistry<{ session: WeakRef<Session>; number: number }>(
  ({ session, number }) => session.deref()?.forget([number]),
)
