import type { PythonError } from '../errors/errors.ts'
import type { Answer, Callback, Chunk, ClientFrame, PythonFailure } from '../gen/vitest_python/v1/bridge.ts'
import type { Carrier } from '../values/carrier.ts'
import { decode } from '../values/decode.ts'
import { encode } from '../values/encode.ts'
import { BufferTransport } from '../wire/bufferTransport.ts'
import { CallbackRegistry } from './callbackRegistry.ts'
import { Exceptions } from './exceptions.ts'

/** The services that a carrier needs from its session. */
export interface CarrierHost {
  send(message: NonNullable<ClientFrame['kind']>): void
  /** Whether Python can open the files of this process. */
  sharesMemory(): boolean
  /** Makes a value that was decoded an instance of classes that the test knows. */
  adopt<T>(decoded: T): T
  /** @returns the number of a reference of this session; `undefined` for any other value */
  numberOf(value: object): number | undefined
  /** Makes the reference to an object that stays in Python. */
  makeReference(number: number, type: string, text: string, reason?: string): object
}

/** The arguments of a call as they are sent. */
export interface EncodedArguments {
  readonly bytes: Uint8Array
  /** Ends the iterables among them: Python reads no more of them. */
  close(): void
}

const nothing = () => {}

/** Carries the values of a session: by value, or by the numbers of functions, iterables, references and buffers. */
export class ValueCarrier implements Carrier {
  readonly #host: CarrierHost
  readonly #callbacks: CallbackRegistry
  readonly #buffers: BufferTransport
  readonly #exceptions = new Exceptions()

  constructor(host: CarrierHost) {
    this.#host = host
    this.#callbacks = new CallbackRegistry({
      encode: (value, place) => this.encode(value, place),
      decode: (bytes) => this.decode(bytes),
      numberOf: (thrown) => this.#exceptions.numberOf(thrown),
    })
    this.#buffers = new BufferTransport(host)
  }

  /** @param place name of the value in an error */
  encode(value: unknown, place: string): Uint8Array {
    return encode(value, place, this)
  }

  encodeArguments(args: unknown): EncodedArguments {
    const before = this.#callbacks.last
    const bytes = this.encode(args, 'args')
    const after = this.#callbacks.last
    return { bytes, close: after === before ? nothing : () => this.#callbacks.close(before, after) }
  }

  /** Every value that the test gets from Python is made here: results, items and the arguments of callbacks. */
  decode(bytes: Uint8Array): unknown {
    return this.#host.adopt(decode(bytes, this))
  }

  errorOf(failure: PythonFailure): PythonError {
    return this.#exceptions.errorOf(failure, (callback) => this.#callbacks.thrownIn(callback))
  }

  /** Calls a function of the test, or reads one of its iterables, for Python. Never rejects. */
  answer(callback: Callback): Promise<Answer> {
    return this.#callbacks.answer(callback)
  }

  /** Name of the test's function that a callback calls; empty if it has none. */
  nameOf(callback: Callback): string {
    return this.#callbacks.nameOf(callback)
  }

  takeChunk(chunk: Chunk): void {
    this.#buffers.take(chunk)
  }

  /** Python cannot read shared memory. */
  stopSharing(): void {
    this.#buffers.stopSharing()
  }

  /** Ends all iterables and gives the shared memory back. */
  close(): void {
    this.#callbacks.close()
    this.#buffers.close()
  }

  exportFunction(fn: (...args: never[]) => unknown): number {
    return this.#callbacks.addFunction(fn)
  }

  exportIterable(iterable: Iterable<unknown> | AsyncIterable<unknown>): number {
    return this.#callbacks.addIterable(iterable)
  }

  referenceId(value: object): number | undefined {
    return this.#host.numberOf(value)
  }

  importReference(id: number, type: string, text: string, reason?: string): object {
    return this.#host.makeReference(id, type, text, reason)
  }

  exportBuffer(bytes: Uint8Array): Uint8Array {
    return this.#buffers.export(bytes)
  }

  importBuffer(descriptor: Uint8Array): Uint8Array {
    return this.#buffers.import(descriptor)
  }
}
