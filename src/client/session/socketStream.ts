import { EventEmitter } from 'node:events'
import { connect, type Socket } from 'node:net'
import { PROTOCOL } from '../../process/run/protocol.ts'
import { ClientFrame, Hello, Welcome, WorkerFrame } from '../gen/vitest_python/v1/bridge.ts'
import { framed, MessageReader } from '../wire/messages.ts'
import type { SessionStream } from './sessionStream.ts'

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
  #isWelcome = false
  #broken: Error | undefined

  /** @param path the session socket of the worker */
  constructor(path: string, hello: Omit<Hello, 'protocol'>) {
    super()
    this.#socket = connect(path)
    this.#socket.on('data', (chunk) => this.#receive(chunk))
    this.#socket.on('error', (error) => this.#break(error))
    this.#socket.on('end', () => this.emit('end'))
    this.#socket.write(framed(Hello.encode({ ...hello, protocol: PROTOCOL }).finish()))
  }

  write(frame: ClientFrame): void {
    // The session may have broken before anything listened.
    const broken = this.#broken
    if (broken) queueMicrotask(() => this.emit('error', broken))
    else this.#socket.write(framed(ClientFrame.encode(frame).finish()))
  }

  cancel(): void {
    this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    try {
      for (const message of this.#messages.take(chunk)) this.#take(message)
    } catch (error) {
      this.#break(new Error(`Python sent a message that cannot be read: ${(error as Error).message}`))
    }
  }

  #take(message: Buffer): void {
    if (this.#isWelcome) return void this.emit('data', WorkerFrame.decode(message))
    const welcome = Welcome.decode(message)
    if (welcome.refusal) return this.#break(new Error(welcome.refusal))
    this.#isWelcome = true
    this.emit('welcome', welcome)
  }

  #break(error: Error): void {
    if (this.#broken) return
    this.#broken = error
    this.#socket.destroy()
    this.emit('error', error)
  }
}
