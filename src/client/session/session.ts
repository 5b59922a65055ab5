import { AsyncResource } from 'node:async_hooks'
import type { RecordedCall } from '../events/runEvents.ts'
import type { ClientFrame, Start, Timing, WorkerFrame } from '../gen/vitest_python/v1/bridge.ts'
import type { CalledWorker, CallSpan } from '../tracing/callSpan.ts'
import { type TracedCallback, traceCallback } from '../tracing/traceCallback.ts'
import { type CallAnswer, eventOf } from './answers.ts'
import type { CallOptions } from './callOptions.ts'
import type { CallListener } from './callState.ts'
import { CallTable } from './callTable.ts'
import type { SessionHost } from './sessionHost.ts'
import { CLOSED, type SessionStream } from './sessionStream.ts'
import { type EncodedArguments, ValueCarrier } from './valueCarrier.ts'

/** Makes and recognises the objects that stand for values of Python. */
export interface ReferenceCodec {
  /** @returns `undefined` for a value that is no reference. @throws TypeError for a reference of another lease */
  numberOf(session: Session, value: object): number | undefined
  make(session: Session, number: number, type: string, text: string, reason?: string): object
}

/**
 * All calls of a lease over one stream.
 * Answers may overtake each other, and Python may call back meanwhile.
 */
export class Session {
  /** Options of calls that do not name their own. */
  readonly defaults: CallOptions
  readonly #stream: SessionStream
  readonly #host: SessionHost
  readonly #calls: CallTable
  readonly #values: ValueCarrier
  readonly #aborted: Promise<Error | undefined>[] = []
  /** Spans of the traced calls that are still running in Python. */
  readonly #spans = new Map<number, CallSpan>()
  /** Functions of the test run in its asynchronous context, which the connection must not keep. */
  readonly #context = new AsyncResource('vitest-environment-python')
  readonly #listeners = {
    data: (frame: WorkerFrame) => this.#receive(frame),
    error: (error: Error) => this.#break(error),
    end: () => this.#break(new Error(CLOSED)),
  }
  #ended: Error | undefined

  constructor(
    stream: SessionStream,
    host: SessionHost,
    references: ReferenceCodec,
    defaults: CallOptions = {},
  ) {
    this.defaults = defaults
    this.#stream = stream
    this.#host = host
    const send = (kind: ClientFrame['kind'], call?: number) => this.#send(kind, call)
    this.#calls = new CallTable({ send, killUnresponsive: (name) => host.killUnresponsive(name) })
    this.#values = new ValueCarrier({
      send,
      sharesMemory: () => host.sharesMemory(),
      adopt: (decoded) => host.adopt(decoded),
      numberOf: (value) => references.numberOf(this, value),
      makeReference: (number, type, text, reason) => references.make(this, number, type, text, reason),
    })
    stream.on('data', this.#listeners.data)
    stream.on('error', this.#listeners.error)
    stream.on('end', this.#listeners.end)
  }

  /** Whether a debugger may stop Python, so no time limit applies. */
  get isDebugged(): boolean {
    return this.#host.isDebugged ?? false
  }

  /** The worker, as the spans of calls describe it. */
  get worker(): CalledWorker | undefined {
    return this.#host.worker
  }

  /** Whether Python may still be at work on a cancelled call. */
  get busy(): boolean {
    return this.#calls.busy
  }

  encodeArguments(args: unknown): EncodedArguments {
    return this.#values.encodeArguments(args)
  }

  /** @returns the number of the call; 0 if the session has ended, which the listener is told soon */
  start(start: Start, listener: CallListener): number {
    const ended = this.#ended
    if (ended) {
      queueMicrotask(() => listener.fail(ended))
      return 0
    }
    const call = this.#calls.add(listener)
    if (listener.span) this.#spans.set(call, listener.span)
    this.#send({ $case: 'start', value: start }, call)
    return call
  }

  /** Whether Python is at work on no call, and would answer one at once. */
  get idle(): boolean {
    return !this.#ended && this.#calls.idle
  }

  /** Seeds Python's random numbers for every call that is started later. */
  seed(value: number): void {
    this.#send({ $case: 'seed', value: { value } })
  }

  /** Permits `items` more items of a stream. */
  credit(call: number, items: number): void {
    this.#calls.dispatch(call, { type: 'credit', items })
  }

  /**
   * Cancels a call; nothing more of it is delivered. A call that has ended is not cancelled.
   *
   * @returns when Python has ended it: the exception that it raised meanwhile, if any
   */
  cancel(call: number): Promise<Error | undefined> {
    return this.#calls.cancel(call)
  }

  /** Interrupts a cancelled call that has not ended. */
  interruptAgain(call: number): void {
    this.#calls.dispatch(call, { type: 'interrupt again' })
  }

  /** Has the worker killed if a cancelled call has not ended. */
  abandon(call: number, name: string): void {
    this.#calls.dispatch(call, { type: 'abandon', name })
  }

  /** Remembers the end of a call that a signal aborted. Its caller does not wait for that. */
  noteAborted(ended: Promise<Error | undefined>): void {
    this.#aborted.push(ended)
  }

  /** Waits for the ends of aborted calls, and returns the exceptions, whose frames show the line that Python was in. */
  async aborted(): Promise<Error[]> {
    const ends = await Promise.all(this.#aborted.splice(0))
    return ends.filter((end) => end !== undefined)
  }

  /**
   * Fails all calls, and those that are started later. Only the first reason counts.
   *
   * @param ofOpenCall makes the error of a call that is open; default: the reason
   */
  end(reason: Error, ofOpenCall: () => Error = () => reason): void {
    if (this.#ended) return
    this.#ended = reason
    this.#host.beforeAnswer()
    this.#calls.end(ofOpenCall)
    this.#values.close()
    this.#spans.clear()
    // The stream breaks some time later. Until then it would keep the session, and with it the globals of a test file.
    this.#stream.off('data', this.#listeners.data)
    this.#stream.off('error', this.#listeners.error)
    this.#stream.off('end', this.#listeners.end)
    this.#stream.on('error', () => {})
    this.#stream.cancel()
  }

  /** Tells Python that these references are no longer in use. */
  forget(references: number[]): void {
    this.#send({ $case: 'forget', value: { references } })
  }

  /** Makes an error, or a promise, an instance of classes that the test knows. */
  adopt<T>(given: T): T {
    return this.#host.adopt(given)
  }

  async #break(error: Error): Promise<void> {
    this.end(await this.#host.explain(error))
  }

  /** Tells the lease that a call of the test has ended. */
  callEnded(call: RecordedCall, error: Error | undefined): void {
    this.#host.callEnded?.(call, error)
  }

  #send(kind: ClientFrame['kind'], call = 0): void {
    if (!this.#ended) this.#stream.write({ call, kind })
  }

  #receive({ call, kind, timing }: WorkerFrame): void {
    if (!kind) return
    if (kind.$case === 'callback')
      void this.#answer({ callback: kind.value, timing, call: this.#spans.get(call) })
    else if (kind.$case === 'chunk') this.#values.takeChunk(kind.value)
    else if (kind.$case === 'unreadable') this.#values.stopSharing()
    else if (call === 0 && kind.$case === 'failure') this.end(this.#values.errorOf(kind.value))
    else this.#deliver(call, kind, timing)
  }

  async #answer(traced: TracedCallback): Promise<void> {
    this.#host.beforeAnswer()
    const answer = this.#context.runInAsyncScope(() => traceCallback(traced, this.#values))
    this.#send({ $case: 'answer', value: await answer })
  }

  #deliver(call: number, answer: CallAnswer, timing: Timing | undefined): void {
    if (answer.$case !== 'item') this.#endSpan(call, answer, timing)
    const phase = this.#calls.phaseOf(call)
    if (phase === 'ended') return
    if (phase === 'active') this.#host.beforeAnswer()
    this.#calls.dispatch(call, eventOf(answer, this.#values))
  }

  #endSpan(call: number, answer: CallAnswer, timing: Timing | undefined): void {
    const span = this.#spans.get(call)
    if (!span) return
    this.#spans.delete(call)
    if (timing) span.endInPython(timing, answer.$case === 'failure' ? answer.value : undefined)
  }
}
