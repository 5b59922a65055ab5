import { EventEmitter } from 'node:events'
import type { OnReadOpts, Socket } from 'node:net'
import { PROTOCOL } from '../../process/run/protocol.ts'
import { clearTimeout, setImmediate, setTimeout } from '../../support/clock.ts'
import { ClientFrame, Hello, Welcome, WorkerFrame } from '../gen/vitest_python/v1/bridge.ts'
import { framed, MessageFramer, MessageReader } from '../wire/messages.ts'
import { CLOSED, type SessionStream } from './sessionStream.ts'

/** A worker answers on a thread of its own, usually within a millisecond. */
const WELCOME_TIMEOUT_MS = 30_000

/** All sessions receive into it, and keep a copy, because a stream of Node makes a buffer of this size for each answer. */
const received = Buffer.allocUnsafeSlow(64 * 1024)

interface Events {
  welcome: [Welcome]
  data: [WorkerFrame]
  error: [Error]
  end: []
}

/** A session over a socket, which costs a fraction of a gRPC stream. */
export class SocketStream extends EventEmitter<Events> implements SessionStream {
  readonly #socket: Socket
  readonly #messages = new MessageReader()
  readonly #frames = new MessageFramer(ClientFrame)
  readonly #welcomeTimer: NodeJS.Timeout
  #isOpen = false
  #broken: Error | undefined

  /**
   * @param connect connects to the session socket of the worker, which may take a while
   * @param timeout milliseconds in which it must answer
   */
  constructor(
    connect: (onread: OnReadOpts) => Socket,
    hello: Omit<Hello, 'protocol'>,
    timeout: number = WELCOME_TIMEOUT_MS,
  ) {
    super()
    this.#socket = connect({ buffer: received, callback: (bytes) => this.#receive(bytes) })
    this.#socket.on('error', (error) => this.#break(error))
    this.#socket.on('end', () => this.#end())
    this.#welcomeTimer = setTimeout(() => this.#expire(timeout), timeout).unref()
    this.#socket.write(framed(Hello.encode({ ...hello, protocol: PROTOCOL }).finish()))
  }

  write(frame: ClientFrame): void {
    // The session may have broken before a listener was added.
    const broken = this.#broken
    if (broken) queueMicrotask(() => this.emit('error', broken))
    else this.#socket.write(this.#frames.framed(frame))
  }

  cancel(): void {
    clearTimeout(this.#welcomeTimer)
    this.#socket.destroy()
  }

  /** @returns whether to go on reading */
  #receive(bytes: number): boolean {
    this.#messages.add(Buffer.from(received.subarray(0, bytes)))
    this.#deliver()
    return true
  }

  #deliver(): void {
    for (let emit = this.#next(); emit; emit = this.#next()) {
      try {
        emit()
      } catch (error) {
        // The error is the listener's own. The other messages have listeners, too.
        setImmediate(() => this.#deliver())
        throw error
      }
    }
  }

  /** If the test has blocked this process, the answer has come but has not been read. */
  #expire(timeout: number): void {
    setImmediate(() => {
      if (this.#isOpen) return
      this.#break(new Error(`Python has not opened the session of this lease within ${timeout / 1_000} s.`))
    })
  }

  /** @returns a function that emits the next message; `undefined` if there is none, or if it cannot be read */
  #next(): (() => void) | undefined {
    try {
      const message = this.#messages.take()
      if (!message) return undefined
      if (this.#isOpen) {
        const frame = WorkerFrame.decode(message)
        return () => this.emit('data', frame)
      }
      const welcome = Welcome.decode(message)
      return () => this.#welcome(welcome)
    } catch (error) {
      this.#break(new Error(`Python sent a message that cannot be read: ${(error as Error).message}`))
      return undefined
    }
  }

  #welcome(welcome: Welcome): void {
    clearTimeout(this.#welcomeTimer)
    if (welcome.refusal) return this.#break(new Error(welcome.refusal))
    this.#isOpen = true
    this.emit('welcome', welcome)
  }

  #end(): void {
    if (this.#broken) return
    clearTimeout(this.#welcomeTimer)
    this.#broken = new Error(CLOSED)
    this.emit('end')
  }

  #break(error: Error): void {
    if (this.#broken) return
    this.#broken = error
    clearTimeout(this.#welcomeTimer)
    this.#socket.destroy()
    this.emit('error', error)
  }
}
