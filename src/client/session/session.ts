import type { ClientDuplexStream } from '@grpc/grpc-js'
import { CallError, PythonError, type PythonException } from '../errors/errors.ts'
import type { ClientFrame, PythonFailure, Start, WorkerFrame } from '../gen/vitest_python/v1/bridge.ts'
import type { Carrier } from '../values/carrier.ts'
import { decode } from '../values/decode.ts'
import { encode } from '../values/encode.ts'
import { BufferTransport } from '../wire/bufferTransport.ts'
import { CallbackRegistry } from './callbackRegistry.ts'
import type { CallOptions } from './callOptions.ts'

/** Who waits for the frames of one call. */
export interface Receiver {
  value(value: unknown): void
  item(value: unknown): void
  end(): void
  fail(error: Error): void
}

/** The start of a call; what is left out is 0, false, or a call of a function by its name. */
export type CallStart = Pick<Start, 'name'> & Partial<Start>

const PLAIN: Omit<Start, 'name'> = {
  arguments: new Uint8Array(),
  stream: false,
  credit: 0,
  verb: 0,
  reference: 0,
  keep: false,
  limited: false,
}

/** A call that was given up. */
interface Leaving {
  /** What Python raised on the way out, if anything. */
  ended: Promise<Error | undefined>
  end(failure?: Error): void
}

function newLeaving(): Leaving {
  let end: Leaving['end'] = () => {}
  const ended = new Promise<Error | undefined>((resolve) => {
    end = resolve
  })
  return { ended, end }
}

/** What a session needs of the lease that it serves. */
export interface SessionLease {
  /** Finds out why the stream broke; what it returns fails the calls. */
  explain(broken: Error): Promise<Error>
  /** A call cannot be interrupted: the worker is ended, and the session with it. */
  killUnresponsive(name: string): void
  /** Whether Python can open the files of this process. */
  sharesMemory(): boolean
  /** Called before anything that came from Python is given to who waits for it. */
  beforeAnswer(): void
  /** What is given to the test instead of a value or an error: the same, of the classes that the test knows. */
  adopt<T>(given: T): T
}

/** Makes and recognises the objects that stand for values of Python. */
export interface HandleCodec {
  /** `undefined` for a value that is no handle. @throws TypeError for a handle of another lease */
  numberOf(session: Session, value: object): number | undefined
  make(session: Session, number: number, type: string, text: string): object
}

/**
 * All calls of a lease on one bidirectional stream, which costs a third of a unary call each.
 * Answers may overtake each other, and Python may call back meanwhile.
 */
export class Session implements Carrier {
  readonly #stream: ClientDuplexStream<ClientFrame, WorkerFrame>
  readonly #lease: SessionLease
  readonly #handles: HandleCodec
  readonly #receivers = new Map<number, Receiver>()
  /** Calls that were given up, and that Python may still be at. */
  readonly #leaving = new Map<number, Leaving>()
  readonly #exports: CallbackRegistry
  readonly #numbers = new WeakMap<object, number>()
  readonly #aborted: Promise<Error | undefined>[] = []
  readonly #buffers: BufferTransport
  #calls = 0
  #ended: Error | undefined

  /** @param defaults options of calls that say nothing else */
  constructor(
    stream: ClientDuplexStream<ClientFrame, WorkerFrame>,
    lease: SessionLease,
    handles: HandleCodec,
    readonly defaults: CallOptions = {},
  ) {
    this.#stream = stream
    this.#lease = lease
    this.#handles = handles
    this.#exports = new CallbackRegistry({
      encode: (value, place) => this.encode(value, place),
      decode: (bytes) => this.#read(bytes),
      numberOf: (error) => this.#numbers.get(error as object) ?? 0,
    })
    const send = (kind: ClientFrame['kind']) => this.#send(kind)
    this.#buffers = new BufferTransport(send, () => lease.sharesMemory())
    stream.on('data', (frame: WorkerFrame) => this.#take(frame))
    stream.on('error', async (error) => this.end(await lease.explain(error)))
    stream.on('end', async () =>
      this.end(await lease.explain(new Error('Python closed the session of this lease.'))),
    )
  }

  /** Whether Python may still be at a call that was given up. */
  get busy(): boolean {
    return this.#leaving.size > 0
  }

  /** Encodes the arguments of a call; `close` ends the iterables among them. */
  encodeArguments(args: unknown): { bytes: Uint8Array; close: () => void } {
    const before = this.#exports.last
    const bytes = this.encode(args, 'args')
    const after = this.#exports.last
    return { bytes, close: () => after !== before && this.#exports.close(before, after) }
  }

  /** Starts a call and returns its number. */
  start(start: CallStart, receiver: Receiver): number {
    const ended = this.#ended
    if (ended) {
      // Not at once: the caller has yet to get the call's number.
      queueMicrotask(() => receiver.fail(ended))
      return 0
    }
    const call = ++this.#calls
    this.#receivers.set(call, receiver)
    this.#send({ $case: 'start', value: { ...PLAIN, ...start } }, call)
    return call
  }

  /** Seeds Python's random numbers, before any call that is started later. */
  seed(value: number): void {
    this.#send({ $case: 'seed', value: { value } })
  }

  /** Permits `items` more items of a stream. */
  credit(call: number, items: number): void {
    if (this.#receivers.has(call)) this.#send({ $case: 'credit', value: { items } }, call)
  }

  /**
   * Gives a call up; nothing more of it is delivered.
   *
   * @returns when Python has ended it: what it raised meanwhile, if anything
   */
  cancel(call: number): Promise<Error | undefined> {
    const under = this.#leaving.get(call)
    if (under) return under.ended
    if (!this.#receivers.delete(call)) return Promise.resolve(undefined)
    const leaving = newLeaving()
    this.#leaving.set(call, leaving)
    this.#cancel(call)
    return leaving.ended
  }

  /** Interrupts what has not ended after `cancel`. */
  interruptAgain(call: number): void {
    if (this.#leaving.has(call)) this.#cancel(call)
  }

  /** Has the worker ended, because a call that was given up goes on. */
  abandon(call: number, name: string): void {
    if (this.#leaving.has(call)) this.#lease.killUnresponsive(name)
  }

  /** Remembers how a call ended that a signal aborted, whose caller has its answer already. */
  noteAborted(ended: Promise<Error | undefined>): void {
    this.#aborted.push(ended)
  }

  /** What Python raised where a signal aborted a call: it tells where Python was. */
  async aborted(): Promise<Error[]> {
    const ends = await Promise.all(this.#aborted.splice(0))
    return ends.filter((end) => end !== undefined)
  }

  /** Fails what is pending and what comes later. The first reason counts. */
  end(reason: Error): void {
    if (this.#ended) return
    this.#ended = reason
    this.#lease.beforeAnswer()
    for (const receiver of this.#receivers.values()) receiver.fail(reason)
    for (const { end } of this.#leaving.values()) end(reason)
    this.#receivers.clear()
    this.#leaving.clear()
    this.#exports.close()
    this.#buffers.close()
    this.#stream.cancel()
  }

  /** Python need not keep these objects any longer. */
  forget(handles: number[]): void {
    this.#send({ $case: 'forget', value: { references: handles } })
  }

  /** Of the classes that the test knows. */
  adopt<T>(given: T): T {
    return this.#lease.adopt(given)
  }

  /** MessagePack of what goes to Python; functions, iterables and handles by their numbers. */
  encode(value: unknown, place: string): Uint8Array {
    return encode(value, place, this)
  }

  exportFunction(fn: (...args: never[]) => unknown): number {
    return this.#exports.addFunction(fn)
  }

  exportIterable(iterable: Iterable<unknown> | AsyncIterable<unknown>): number {
    return this.#exports.addIterable(iterable)
  }

  handleId(value: object): number | undefined {
    return this.#handles.numberOf(this, value)
  }

  importHandle(id: number, type: string, text: string): object {
    return this.#handles.make(this, id, type, text)
  }

  exportBuffer(bytes: Uint8Array): Uint8Array {
    return this.#buffers.export(bytes)
  }

  importBuffer(descriptor: Uint8Array): Uint8Array {
    return this.#buffers.import(descriptor)
  }

  #read(bytes: Uint8Array): unknown {
    return this.adopt(decode(bytes, this))
  }

  #cancel(call: number): void {
    this.#send({ $case: 'cancel', value: {} }, call)
  }

  #send(kind: ClientFrame['kind'], call = 0): void {
    if (!this.#ended) this.#stream.write({ call, kind })
  }

  #take({ call, kind }: WorkerFrame): void {
    if (kind?.$case === 'callback') void this.#answer(kind.value)
    else if (kind?.$case === 'chunk') this.#buffers.take(kind.value)
    else if (kind?.$case === 'unreadable') this.#buffers.stopSharing()
    else if (kind?.$case === 'failure' && call === 0) this.end(new PythonError(kind.value))
    else if (kind) this.#deliver(call, kind)
  }

  async #answer(callback: Parameters<CallbackRegistry['answer']>[0]): Promise<void> {
    this.#lease.beforeAnswer()
    this.#send({ $case: 'answer', value: await this.#exports.answer(callback) })
  }

  #deliver(call: number, kind: NonNullable<WorkerFrame['kind']>): void {
    const left = this.#leaving.get(call)
    if (left) this.#discard(kind)
    if (left && kind.$case !== 'item') {
      this.#leaving.delete(call)
      return left.end(kind.$case === 'failure' ? this.#errorOf(kind.value) : undefined)
    }
    const receiver = this.#receivers.get(call)
    if (!receiver) return
    this.#lease.beforeAnswer()
    if (kind.$case !== 'item') this.#receivers.delete(call)
    try {
      this.#hand(kind, receiver)
    } catch (cause) {
      this.#receivers.delete(call)
      receiver.fail(
        new CallError('ANSWER_UNREADABLE', `Python's answer cannot be read: ${(cause as Error).message}`, {
          cause,
        }),
      )
    }
  }

  /** What nobody wants any more is read all the same: that gives its shared memory and its handles back. */
  #discard(kind: NonNullable<WorkerFrame['kind']>): void {
    if (kind.$case !== 'value' && kind.$case !== 'item') return
    try {
      decode(kind.value, this)
    } catch {
      // Nobody is left to be told.
    }
  }

  #hand(kind: NonNullable<WorkerFrame['kind']>, receiver: Receiver): void {
    switch (kind.$case) {
      case 'value':
        return receiver.value(this.#read(kind.value))
      case 'item':
        return receiver.item(this.#read(kind.value))
      case 'end':
        return receiver.end()
      case 'failure':
        return receiver.fail(this.#errorOf(kind.value))
    }
  }

  #errorOf(failure: PythonFailure): PythonError {
    const error = new PythonError(failure as PythonException)
    if (failure.number !== 0) this.#numbers.set(error, failure.number)
    let at: PythonFailure | undefined = failure
    let shown: Error | undefined = error
    for (; at && shown; at = at.cause, shown = shown.cause as Error | undefined) {
      if (at.callback !== 0 && shown.cause === undefined) shown.cause = this.#exports.thrownIn(at.callback)
    }
    return error
  }
}
