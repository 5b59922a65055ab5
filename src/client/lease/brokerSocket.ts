import { EventEmitter } from 'node:events'
import { connect, type Socket } from 'node:net'
import { PROTOCOL } from '../../process/run/protocol.ts'
import { BrokerHello, BrokerReply, BrokerRequest } from '../gen/vitest_python/v1/broker.ts'
import { framed, MessageReader } from '../wire/messages.ts'
import type { RunContext } from './context.ts'

interface Events {
  data: [BrokerReply]
  error: [Error]
  /** Always the last event. */
  end: []
}

/** A connection to the broker: one lease, or one question. */
export class BrokerSocket extends EventEmitter<Events> {
  readonly #socket: Socket
  readonly #messages = new MessageReader()

  constructor({ broker, token }: RunContext) {
    super()
    this.#socket = connect(broker)
    this.#socket.on('data', (chunk) => this.#receive(chunk))
    this.#socket.on('error', (error) => this.emit('error', error))
    this.#socket.on('close', () => this.emit('end'))
    this.#socket.write(framed(BrokerHello.encode({ protocol: PROTOCOL, token }).finish()))
  }

  write(request: BrokerRequest): void {
    if (this.#socket.writable) this.#socket.write(framed(BrokerRequest.encode(request).finish()))
  }

  /** Sends no more. The broker ends the connection when it has read everything. */
  end(): void {
    this.#socket.end()
  }

  cancel(): void {
    this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    this.#messages.add(chunk)
    for (let reply = this.#next(); reply; reply = this.#next()) this.emit('data', reply)
  }

  #next(): BrokerReply | undefined {
    try {
      const message = this.#messages.take()
      return message && BrokerReply.decode(message)
    } catch (cause) {
      const problem = `it sent a message that cannot be read: ${(cause as Error).message}`
      this.#socket.destroy(new Error(problem, { cause }))
      return undefined
    }
  }
}
