import { type ChannelCredentials, type Client, type ClientOptions, credentials } from '@grpc/grpc-js'
import { type Arguments, type CallOptions, call, stream } from './call.ts'
import { setTimeout } from './clock.ts'
import { CallError, callerStack } from './errors.ts'
import { BridgeClient } from './gen/vitest_python/v1/bridge.ts'
import type { Lease } from './lease.ts'
import { CHANNEL_OPTIONS, callMetadata, metadataInterceptor } from './metadata.ts'
import { Session } from './session.ts'

/** Milliseconds to wait for the pool's account of a worker's end. */
const EXPLANATION_TIMEOUT = 2_000

/** Constructor of a grpc-js stub, as every generator for grpc-js makes it. */
export type StubConstructor<C> = new (
  address: string,
  credentials: ChannelCredentials,
  options?: ClientOptions,
) => C

/** A leased Python process, as a test sees it. */
export interface PythonClient {
  /**
   * Calls a Python function and resolves to what it returns.
   *
   * @param name `module.function`, any depth; only what the listed modules define or export
   * @param args object: keyword arguments; array: positional arguments; default: none
   * @throws PythonError what the function raised, or why it could not be called
   * @throws WorkerLostError the process ended during the call
   */
  call<T = unknown>(name: string, args?: Arguments, options?: CallOptions): Promise<T>
  /** Iterates over what a Python generator yields. Leaving the loop closes the generator. Throws as `call`. */
  stream<T = unknown>(
    name: string,
    args?: Arguments,
    options?: CallOptions,
  ): AsyncGenerator<T, void, undefined>
  /** A stub of the project's own, connected to the project's own servicer in this process (option `services`). */
  client<C extends Client>(stub: StubConstructor<C>): C
  readonly runId: string
  readonly workerId: string
  /** Process ID of the worker. */
  readonly pid: number
}

/** The client of one lease. It is closed when the lease ends. */
export class LeasedPython implements PythonClient {
  readonly runId: string
  readonly workerId: string
  readonly pid: number
  readonly #lease: Lease
  readonly #defaults: CallOptions
  readonly #beforeAnswer: (() => void) | undefined
  readonly #clients: Client[] = []
  #session: Session | undefined

  /** @param beforeAnswer is called before an answer of Python is given to the test */
  constructor(lease: Lease, defaults: CallOptions = {}, beforeAnswer?: () => void) {
    this.#lease = lease
    this.#defaults = defaults
    this.#beforeAnswer = beforeAnswer
    this.runId = lease.context.runId
    this.workerId = lease.workerId
    this.pid = lease.pid
    void lease.lost.then((reason) => this.#session?.end(reason))
  }

  call<T = unknown>(name: string, args: Arguments = [], options: CallOptions = {}): Promise<T> {
    const here = callerStack(this.call)
    return call(this.#open(), name, args, { ...this.#defaults, ...options }, here) as Promise<T>
  }

  stream<T = unknown>(
    name: string,
    args: Arguments = [],
    options: CallOptions = {},
  ): AsyncGenerator<T, void, undefined> {
    const here = callerStack(this.stream)
    const items = stream(this.#open(), name, args, { ...this.#defaults, ...options }, here)
    return items as AsyncGenerator<T, void, undefined>
  }

  client<C extends Client>(stub: StubConstructor<C>): C {
    return this.#connect(stub, { interceptors: [metadataInterceptor(this.#metadata())] })
  }

  /** Has `random` and `numpy.random` draw from this seed on, 32 bits, in every call from now on. */
  seed(value: number): void {
    this.#open().seed(value)
  }

  /** Whether Python may still be at a call that was given up. */
  get busy(): boolean {
    return this.#session?.abandoned ?? false
  }

  /** Ends the connections; the lease itself is released by whoever took it. */
  close(): void {
    this.#session?.end(
      new CallError(
        'LEASE_ENDED',
        'The lease of this Python process has ended; its client cannot be used any more.',
      ),
    )
    for (const client of this.#clients.splice(0)) client.close()
  }

  #open(): Session {
    if (this.#session) return this.#session
    const bridge = this.#connect(BridgeClient as unknown as StubConstructor<BridgeClient>, {})
    const session = new Session(
      bridge.session(this.#metadata()),
      (broken) => this.#explain(broken),
      this.#beforeAnswer,
    )
    this.#session = session
    return session
  }

  /** A stream breaks a moment before the pool has found out how the worker ended. */
  #explain(broken: Error): Promise<Error> {
    const nothingFound = new Promise<Error>((resolve) => {
      setTimeout(resolve, EXPLANATION_TIMEOUT, broken).unref()
    })
    return Promise.race([this.#lease.lost, nothingFound])
  }

  #connect<C extends Client>(stub: StubConstructor<C>, options: ClientOptions): C {
    const client = new stub(this.#lease.address, credentials.createInsecure(), {
      ...CHANNEL_OPTIONS,
      ...options,
    })
    this.#clients.push(client)
    return client
  }

  #metadata() {
    return callMetadata(this.#lease.context.token, this.#lease.leaseId)
  }
}
