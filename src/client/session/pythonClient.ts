import { type ChannelCredentials, type Client, type ClientOptions, credentials } from '@grpc/grpc-js'
import { setTimeout } from '../../support/clock.ts'
import { CallError, type Caller, callerOf, WorkerLostError } from '../errors/errors.ts'
import { Verb } from '../gen/vitest_python/v1/bridge.ts'
import type { Lease } from '../lease/lease.ts'
import { CHANNEL_OPTIONS, callMetadata, metadataInterceptor } from '../wire/metadata.ts'
import { call } from './call.ts'
import type { Arguments, CallOptions } from './callOptions.ts'
import { Inline } from './inline.ts'
import { type PythonRef, refs } from './ref.ts'
import { Session, type SessionLease } from './session.ts'
import { openSession } from './sessionChannel.ts'
import { stream } from './stream.ts'

/** Milliseconds to wait for the pool's account of a worker's end. */
const EXPLANATION_TIMEOUT_MS = 2_000

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
  /**
   * Calls a Python function and keeps what it returns in Python: a handle, for models, connections, generators.
   * Throws as `call`.
   */
  ref(name: string, args?: Arguments, options?: CallOptions): Promise<PythonRef>
  /**
   * The value of a Python expression: `` await python.eval`sum(${[1, 2, 3]})` ``. Values are passed as data.
   * The listed modules are there by their names, and so is what `exec` defined in the same lease.
   */
  eval<T = unknown>(source: TemplateStringsArray | string, ...values: unknown[]): Promise<T>
  /** Runs Python statements, which may `await`; what they define, later ones see. Values as in `eval`. */
  exec(source: TemplateStringsArray | string, ...values: unknown[]): Promise<void>
  /** A stub of the project's own, connected to the project's own servicer in this process (option `services`). */
  client<C extends Client>(stub: StubConstructor<C>): C
  readonly runId: string
  readonly workerId: string
  /** Process ID of the worker. */
  readonly pid: number
}

/** How what comes from Python is given to the test; by default at once and as it is. */
export type TestSide = Pick<SessionLease, 'beforeAnswer' | 'adopt'>

/** The client of one lease. It is closed when the lease ends. */
export class LeasedPython implements PythonClient {
  readonly runId: string
  readonly workerId: string
  readonly pid: number
  readonly #lease: Lease
  readonly #defaults: CallOptions
  readonly #test: Partial<TestSide>
  readonly #clients: Client[] = []
  readonly #inline = new Inline()
  #session: Session | undefined

  constructor(lease: Lease, defaults: CallOptions = {}, test: Partial<TestSide> = {}) {
    this.#lease = lease
    this.#defaults = defaults
    this.#test = test
    this.runId = lease.context.runId
    this.workerId = lease.workerId
    this.pid = lease.pid
    void lease.lost.then((reason) => this.#session?.end(reason))
  }

  /** @param here where the call stands in the test; so in all of these */
  call<T = unknown>(
    name: string,
    args: Arguments = [],
    options: CallOptions = {},
    here = callerOf(this.call),
  ): Promise<T> {
    return call(this.#open(), { name }, args, options, here) as Promise<T>
  }

  stream<T = unknown>(
    name: string,
    args: Arguments = [],
    options: CallOptions = {},
    here = callerOf(this.stream),
  ): AsyncGenerator<T, void, undefined> {
    return stream(this.#open(), { name }, args, options, here) as AsyncGenerator<T, void, undefined>
  }

  ref(
    name: string,
    args: Arguments = [],
    options: CallOptions = {},
    here = callerOf(this.ref),
  ): Promise<PythonRef> {
    return call(this.#open(), { name, keep: true }, args, options, here) as Promise<PythonRef>
  }

  eval<T = unknown>(source: TemplateStringsArray | string, ...values: unknown[]): Promise<T> {
    return this.run('EVAL', source, values, {}, callerOf(this.eval)) as Promise<T>
  }

  async exec(source: TemplateStringsArray | string, ...values: unknown[]): Promise<void> {
    await this.run('EXEC', source, values, {}, callerOf(this.exec))
  }

  /** Runs inline Python. */
  run(
    verb: 'EVAL' | 'EXEC',
    source: TemplateStringsArray | string,
    values: unknown[],
    options: CallOptions,
    here: Caller,
  ): Promise<unknown> {
    const { name, args } = this.#inline.compose(source, values)
    return call(this.#open(), { name, verb: Verb[verb] }, args, options, here)
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
    return this.#session?.busy ?? false
  }

  /** Waits for calls that a signal aborted: what Python raised where it was. */
  async aborted(): Promise<Error[]> {
    return (await this.#session?.aborted()) ?? []
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
    const channel = openSession(this.#lease)
    this.#clients.push(channel.client)
    const lease = {
      explain: (broken: Error) => this.#explain(broken),
      killUnresponsive: (name: string) => this.#lease.killUnresponsive(name),
      sharesMemory: () => channel.sharesMemory,
      beforeAnswer: () => {},
      adopt: <T>(given: T) => given,
      ...this.#test,
    }
    const session = new Session(channel.stream, lease, refs, this.#defaults)
    this.#session = session
    return session
  }

  /** A stream breaks a moment before the pool has found out how the worker ended. */
  #explain(broken: Error): Promise<Error> {
    const nothingFound = new Promise<Error>((resolve) => {
      const lost = new WorkerLostError(`The connection to the worker broke: ${broken.message}`, {
        cause: broken,
      })
      setTimeout(resolve, EXPLANATION_TIMEOUT_MS, lost).unref()
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
