import type { Client, ClientOptions } from '@grpc/grpc-js'
import { clearTimeout, setTimeout } from '../../support/clock.ts'
import { type Caller, callerOf } from '../errors/caller.ts'
import { CallError, WorkerLostError } from '../errors/errors.ts'
import { CallTally } from '../events/callTally.ts'
import { hasSubscribers, publish } from '../events/channels.ts'
import type { RecordedCall } from '../events/runEvents.ts'
import { Verb } from '../gen/vitest_python/v1/bridge.ts'
import type { Lease } from '../lease/lease.ts'
import type { Arguments, CallOptions } from '../session/callOptions.ts'
import { Session } from '../session/session.ts'
import { openSession } from '../session/sessionChannel.ts'
import type { SessionHost } from '../session/sessionHost.ts'
import { loadGrpc } from '../wire/grpc.ts'
import { stubMetadata } from '../wire/metadata.ts'
import { type PythonTls, pythonTls } from '../wire/tls.ts'
import { call } from './call.ts'
import { type CallRequest, type CodeRequest, CodeSurface } from './callSurface.ts'
import { Inline } from './inline.ts'
import type { PythonClient, StubConstructor } from './pythonClient.ts'
import { refs } from './ref.ts'
import { stream } from './stream.ts'
import { StubChannels } from './stubChannel.ts'

/** Milliseconds to wait until the pool has found out why a worker ended. */
const EXPLANATION_TIMEOUT_MS = 2_000
/** Python answers a question about itself within this time, unless it is stuck. */
const ANSWER_TIMEOUT_MS = 1_000

/** The test's side of a lease. By default it gets each answer at once and unchanged. */
export interface TestSide extends Pick<SessionHost, 'beforeAnswer' | 'adopt'> {
  /** The global object of the test file, if it is of another realm. */
  readonly global: object | undefined
  /** Called with the error that the test gets of a call, right before. */
  callFailed(error: Error): void
  /** Called when a call has ended, right before the test gets its answer. */
  answered(): void
}

/** The client of one lease. It is closed when the lease ends. */
export class LeasedPython extends CodeSurface implements PythonClient {
  readonly runId: string
  readonly workerId: string
  readonly pid: number
  readonly address: string
  readonly metadata: Readonly<Record<string, string>>
  readonly #lease: Lease
  readonly #defaults: CallOptions
  readonly #test: Partial<TestSide>
  /** Stubs and the session. */
  readonly #clients: Pick<Client, 'close'>[] = []
  readonly #channels: StubChannels
  readonly #inline = new Inline()
  readonly #tally: CallTally
  #caller: Caller | undefined
  /** Ends the session. Emptied in the end, because the lease outlives this client, and with it the globals of a test file. */
  readonly #onLost = {
    end: (reason: Error): void => {
      this.#lost = reason
      this.#session?.end(reason)
    },
  }
  /** Why the worker has ended before the lease did. */
  #lost: Error | undefined
  #session: Session | undefined

  constructor(lease: Lease, defaults: CallOptions = {}, test: Partial<TestSide> = {}) {
    super()
    this.#lease = lease
    this.#defaults = defaults
    this.#test = test
    this.#tally = new CallTally(lease.context.recordsCalls)
    this.runId = lease.context.runId
    this.workerId = lease.workerId
    this.pid = lease.pid
    // Three slashes: nice-grpc takes `unix:/…` for a host.
    this.address = lease.address.replace(/^unix:(?=\/[^/])/, 'unix://')
    this.metadata = stubMetadata(lease.context.token, lease.leaseId)
    this.#channels = this.stubChannels()
    const onLost = this.#onLost
    void lease.lost.then((reason) => onLost.end(reason))
  }

  override invoke(request: CallRequest, args: Arguments, options: CallOptions, here: Caller) {
    this.#caller ??= here
    return call(this.#open(), { start: request, args, options, here })
  }

  override iterate(name: string, args: Arguments, options: CallOptions, here: Caller) {
    this.#caller ??= here
    return stream(this.#open(), { start: { name }, args, options, here })
  }

  override evaluate({ verb, source, values }: CodeRequest, options: CallOptions, here: Caller) {
    this.#caller ??= here
    const { name, args } = this.#inline.compose(source, values)
    return call(this.#open(), { start: { name, verb: Verb[verb] }, args, options, here })
  }

  // A getter, so that a printed client shows no key.
  get tls(): PythonTls | undefined {
    return pythonTls(this.address, this.#lease.context.tls)
  }

  /** Channels of stubs, which end together. */
  stubChannels(): StubChannels {
    return new StubChannels(this.address, this.metadata, this.#test.adopt, this.#lease.context.tls)
  }

  /** @param channels end the calls of the stub with its test */
  client<C extends Client>(stub: StubConstructor<C>, options?: ClientOptions, channels = this.#channels): C {
    this.#caller ??= callerOf(this.client)
    const client = new stub(
      this.address,
      loadGrpc().credentials.createInsecure(),
      channels.optionsOf(options),
    )
    this.#clients.push(client)
    return client
  }

  /** Seeds `random` and `numpy.random` for every later call. @param value 32 bits */
  seed(value: number): void {
    this.#open().seed(value)
  }

  /**
   * Whether `random` or `numpy.random` has drawn numbers since the last seed; `false` if Python is busy or gone and
   * cannot tell.
   */
  async drewRandomNumbers(): Promise<boolean> {
    const session = this.#session
    if (!session?.idle) return false
    const start = { name: 'the state of random numbers', verb: Verb.DRAWN }
    const here = callerOf(this.drewRandomNumbers)
    const options = { timeout: ANSWER_TIMEOUT_MS }
    return (await call(session, { start, args: [], options, here }).catch(() => false)) === true
  }

  /** The place of the first call since this was asked last. */
  takeCaller(): Caller | undefined {
    const caller = this.#caller
    this.#caller = undefined
    return caller
  }

  /** The calls of this lease so far. Calls of stubs are not among them. */
  get tally(): CallTally {
    return this.#tally
  }

  /** Whether Python may still be working on an abandoned call. */
  get busy(): boolean {
    return this.#session?.busy ?? false
  }

  /** Waits for the calls that a signal aborted, and returns the exceptions that tell where Python was. */
  async aborted(): Promise<Error[]> {
    return (await this.#session?.aborted()) ?? []
  }

  /** Ends the calls of stubs that are still under way. */
  cancelCalls(): Promise<void> {
    return this.#channels.cancelCalls()
  }

  /** Ends the connections. The holder of the lease releases the lease itself. */
  close(): void {
    const ended = (why: string) => new CallError('LEASE_ENDED', why)
    this.#session?.end(
      ended('The lease of this Python process has ended; its client cannot be used any more.'),
      () => ended('This call was still open when its test ended: missing `await`?'),
    )
    this.#onLost.end = () => {}
    for (const client of this.#clients.splice(0)) client.close()
  }

  #open(): Session {
    if (this.#session) return this.#session
    const channel = openSession(this.#lease)
    this.#clients.push(channel)
    const host = {
      worker: { workerId: this.workerId, pid: this.pid, global: this.#test.global },
      explain: (broken: Error) => this.#explain(broken),
      killUnresponsive: (name: string) => this.#lease.killUnresponsive(name),
      sharesMemory: () => channel.sharesMemory,
      isDebugged: this.#lease.context.isDebugged,
      beforeAnswer: () => {},
      callEnded: (call: RecordedCall, error: Error | undefined) => this.#callEnded(call, error),
      adopt: <T>(given: T) => given,
      ...this.#test,
    }
    const session = new Session(channel.stream, host, refs, this.#defaults)
    this.#session = session
    if (this.#lost) session.end(this.#lost)
    return session
  }

  #callEnded(call: RecordedCall, error: Error | undefined): void {
    this.#tally.add(error ? { ...call, error: shortened(error) } : call)
    if (error) this.#test.callFailed?.(error)
    this.#test.answered?.()
    if (!hasSubscribers('call')) return
    const { runId, workerId: worker } = this
    const at = call.began + call.duration
    const lease = this.#lease.leaseId
    publish('call', { event: 'ended', at, runId, worker, lease, call, ...(error && { error }) })
  }

  /** The stream breaks a moment before the pool knows how the worker ended, so this waits for the pool. */
  #explain(broken: Error): Promise<Error> {
    const lost = new WorkerLostError(`The connection to the worker broke: ${broken.message}`, {
      cause: broken,
    })
    return new Promise((resolve) => {
      const nothingFound = setTimeout(resolve, EXPLANATION_TIMEOUT_MS, lost).unref()
      void this.#lease.lost.then((reason) => {
        clearTimeout(nothingFound)
        resolve(reason)
      })
    })
  }
}

/** Characters of an error that a report keeps. */
const MAX_ERROR = 4_000

/** The error as a report shows it. */
function shortened(error: Error): string {
  const text = 'pythonTraceback' in error ? String(error.pythonTraceback) : `${error.name}: ${error.message}`
  return text.length > MAX_ERROR ? `${text.slice(0, MAX_ERROR)}…` : text
}
