import type { ClientDuplexStream } from '@grpc/grpc-js'
import { CallError, PythonError } from './errors.ts'
import type { ClientFrame, WorkerFrame } from './gen/vitest_python/v1/bridge.ts'
import { decode } from './values/decode.ts'

/** Who waits for the frames of one call. */
export interface Receiver {
  value(value: unknown): void
  item(value: unknown): void
  end(): void
  fail(error: Error): void
}

/** Of a call's start, what the caller decides. */
export interface CallStart {
  name: string
  arguments: Uint8Array
  stream: boolean
  credit: number
}

/**
 * All calls of a lease on one bidirectional stream, which costs a third of a unary call each.
 * Answers may overtake each other.
 */
export class Session {
  readonly #stream: ClientDuplexStream<ClientFrame, WorkerFrame>
  readonly #receivers = new Map<number, Receiver>()
  readonly #beforeAnswer: () => void
  /** Whether a call was given up: Python may still be at it. */
  abandoned = false
  #calls = 0
  #ended: Error | undefined

  /**
   * @param explain finds out why the stream broke; what it returns fails the calls
   * @param beforeAnswer is called before anything that came is given to who waits for it
   */
  constructor(
    stream: ClientDuplexStream<ClientFrame, WorkerFrame>,
    explain: (broken: Error) => Promise<Error>,
    beforeAnswer: () => void = () => {},
  ) {
    this.#stream = stream
    this.#beforeAnswer = beforeAnswer
    stream.on('data', (frame: WorkerFrame) => this.#deliver(frame))
    stream.on('error', async (error) => this.end(await explain(error)))
    stream.on('end', async () =>
      this.end(await explain(new Error('Python closed the session of this lease.'))),
    )
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
    this.#stream.write({ call, kind: { $case: 'start', value: start } })
    return call
  }

  /** Seeds Python's random numbers, before any call that is started later. */
  seed(value: number): void {
    if (!this.#ended) this.#stream.write({ call: 0, kind: { $case: 'seed', value: { value } } })
  }

  /** Permits `items` more items of a stream. */
  credit(call: number, items: number): void {
    if (this.#receivers.has(call)) this.#stream.write({ call, kind: { $case: 'credit', value: { items } } })
  }

  /** Gives a call up; nothing more of it is delivered. */
  cancel(call: number): void {
    this.abandoned ||= this.#receivers.has(call)
    if (this.#receivers.delete(call)) this.#stream.write({ call, kind: { $case: 'cancel', value: {} } })
  }

  /** Fails what is pending and what comes later. The first reason counts. */
  end(reason: Error): void {
    if (this.#ended) return
    this.#ended = reason
    this.#beforeAnswer()
    for (const receiver of this.#receivers.values()) receiver.fail(reason)
    this.#receivers.clear()
    this.#stream.cancel()
  }

  #deliver(frame: WorkerFrame): void {
    const receiver = this.#receivers.get(frame.call)
    if (!receiver || !frame.kind) return
    this.#beforeAnswer()
    if (frame.kind.$case !== 'item') this.#receivers.delete(frame.call)
    try {
      deliver(frame.kind, receiver)
    } catch (cause) {
      this.#receivers.delete(frame.call)
      receiver.fail(
        new CallError('ANSWER_UNREADABLE', `Python's answer cannot be read: ${(cause as Error).message}`, {
          cause,
        }),
      )
    }
  }
}

function deliver(kind: NonNullable<WorkerFrame['kind']>, receiver: Receiver): void {
  switch (kind.$case) {
    case 'value':
      return receiver.value(decode(kind.value))
    case 'item':
      return receiver.item(decode(kind.value))
    case 'end':
      return receiver.end()
    case 'failure':
      return receiver.fail(new PythonError(kind.value))
  }
}
