import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { BrokerHello, BrokerReply, BrokerRequest } from '../../client/gen/vitest_python/v1/broker.ts'
import { framed, MessageReader } from '../../client/wire/messages.ts'
import { PROTOCOL, protocolMismatch } from '../../process/run/protocol.ts'
import { clearTimeout, setImmediate, setTimeout } from '../../support/clock.ts'
import { equalSecrets } from '../python/control.ts'

/** Before the token is known, a client gets neither much memory nor much time. */
const MAX_HELLO_BYTES = 4_096
const HELLO_TIMEOUT_MS = 10_000
/** Milliseconds in which a client that was refused must close its side. */
const CLOSE_TIMEOUT_MS = 1_000

interface Events {
  request: [BrokerRequest]
  /** The client is gone, or has sent everything. Always the last event. */
  closed: []
}

/** The connection of a test process to the broker. Only a client that knows the run's token can send requests. */
export class TestConnection extends EventEmitter<Events> {
  readonly #socket: Socket
  readonly #token: string
  readonly #messages = new MessageReader()
  readonly #deadline: NodeJS.Timeout
  #phase: 'greeting' | 'open' | 'closed' = 'greeting'

  /**
   * @param timeout milliseconds in which the client must say hello
   */
  constructor(socket: Socket, token: string, timeout: number = HELLO_TIMEOUT_MS) {
    super()
    this.#socket = socket
    this.#token = token
    this.#deadline = setTimeout(() => this.#expire(timeout), timeout).unref()
    socket.on('data', (chunk) => this.#receive(chunk))
    socket.on('end', () => this.end())
    socket.on('close', () => this.end())
  }

  reply(kind: BrokerReply['kind']): void {
    if (this.#socket.writable) this.#socket.write(framed(BrokerReply.encode({ kind }).finish()))
  }

  /** Answers that there is no other answer, and ends the connection. */
  fail(message: string, code = ''): void {
    this.reply({ $case: 'failed', value: { message, code } })
    this.end()
  }

  /** Reads no more requests. */
  end(): void {
    if (this.#phase === 'closed') return
    this.#phase = 'closed'
    clearTimeout(this.#deadline)
    this.#socket.end()
    // Unread bytes would break the connection before the client has read the answer, so they are read and dropped.
    if (!this.#socket.readableEnded) setTimeout(() => this.#socket.destroy(), CLOSE_TIMEOUT_MS).unref()
    this.emit('closed')
  }

  #receive(chunk: Buffer): void {
    if (this.#phase === 'closed') return
    this.#messages.add(chunk)
    for (let request = this.#next(); request; request = this.#next()) this.emit('request', request)
  }

  #next(): BrokerRequest | undefined {
    try {
      if (this.#phase === 'greeting') this.#greet(this.#messages.take(MAX_HELLO_BYTES))
      const message = this.#phase === 'open' ? this.#messages.take() : undefined
      return message && BrokerRequest.decode(message)
    } catch (error) {
      this.fail(`The pool cannot read a message of this test process: ${(error as Error).message}.`)
      return undefined
    }
  }

  #greet(message: Buffer | undefined): void {
    if (!message) return
    const { protocol, token } = BrokerHello.decode(message)
    if (protocol !== PROTOCOL)
      return this.fail(
        protocolMismatch('The test process', protocol, "the run's main process"),
        'PROTOCOL_MISMATCH',
      )
    if (!equalSecrets(token, this.#token))
      return this.fail('This test process belongs to another test run: the token is wrong.')
    clearTimeout(this.#deadline)
    this.#phase = 'open'
  }

  /** If the main process was blocked, the hello has come but has not been read. */
  #expire(timeout: number): void {
    setImmediate(() => {
      if (this.#phase === 'greeting')
        this.fail(`The test process has not said hello within ${timeout / 1_000} s.`)
    })
  }
}
