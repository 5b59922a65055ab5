import { EventEmitter } from 'node:events'
import { connect, type Socket } from 'node:net'
import { PROTOCOL } from '../../process/run/protocol.ts'
import { clearTimeout, setTimeout } from '../../support/clock.ts'
import { ClientFrame, Hello, Welcome, WorkerFrame } from '../gen/vitest_python/v1/bridge.ts'
import { framed, MessageReader } from '../wire/messages.ts'
import { CLOSED, type SessionStream } from './sessionStream.ts'

/** A worker answers at once, on a thread of its own. */
const WELCOME_TIMEOUT_MS = 30_000
const SILENT = `Python has not opened the session of this lease within ${WELCOME_TIMEOUT_MS / 1_000} s.`

interface Events {
  welcome: [Welcome]
  data: [WorkerFrame]
  error: [Error]
  end: []
}

/** A session over the socket of a worker on this machine, which costs a fraction of a gRPC stream. */
export class SocketStream extends EventEmitter<Events> implements SessionStream {
  readonly #socket: Socket
  readonly #messages = new MessageReader()
  readonly #unwelcome: NodeJS.Timeout
  #isWelcome = false
  #broken: Error | undefined

  /** @param path the session socket of the worker */
  constructor(path: string, hello: Omit<Hello, 'protocol'>) {
    super()
    this.#socket = connect(path)
    this.#socket.on('data', (chunk) => this.#receive(chunk))
    this.#socket.on('error', (error) => this.#break(error))
    this.#socket.on('end', () => this.#end())
    this.#unwelcome = setTimeout(() => this.#break(new Error(SILENT)), WELCOME_TIMEOUT_MS).unref()
    this.#socket.write(framed(Hello.encode({ ...hello, protocol: PROTOCOL }).finish()))
  }

  write(frame: ClientFrame): void {
    // The session may have broken before anything listened.
    const broken = this.#broken
    if (broken) queueMicrotask(() => this.emit('error', broken))
    else this.#socket.write(framed(ClientFrame.encode(frame).finish()))
  }

  cancel(): void {
    clearTimeout(this.#unwelcome)
    this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    for (const message of this.#messages.take(chunk)) {
      const told = this.#decode(message)
      // Outside of the `try`, because an error of a listener is not one of the message.
      told?.()
    }
  }

  /** @returns what tells the listeners */
  #decode(message: Buffer): (() => void) | undefined {
    try {
      if (this.#isWelcome) {
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
    clearTimeout(this.#unwelcome)
    if (welcome.refusal) return this.#break(new Error(welcome.refusal))
    this.#isWelcome = true
    this.emit('welcome', welcome)
  }

  #end(): void {
    if (this.#broken) return
    clearTimeout(this.#unwelcome)
    this.#broken = new Error(CLOSED)
    this.emit('end')
  }

  #break(error: Error): void {
    if (this.#broken) return
    this.#broken = error
    clearTimeout(this.#unwelcome)
    this.#socket.destroy()
    this.emit('error', error)
  }
}
