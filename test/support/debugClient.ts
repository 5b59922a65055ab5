import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { PATIENCE_MS } from './patience.ts'

/** A message of the Debug Adapter Protocol. */
interface Message {
  readonly type: 'request' | 'response' | 'event'
  readonly command?: string
  readonly event?: string
  readonly request_seq?: number
  readonly success?: boolean
  readonly message?: string
  // biome-ignore lint/suspicious/noExplicitAny: the bodies of about twenty messages
  readonly body?: any
}

export interface StackFrame {
  readonly id: number
  readonly name: string
  readonly line: number
  readonly source?: { readonly path: string }
}

/** An editor's side of a debug session. */
export class DebugClient {
  readonly #socket: Socket
  readonly #received: Message[] = []
  #unread = Buffer.alloc(0)
  #requests = 0
  #isClosed = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (data: Buffer) => this.#read(data))
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#isClosed = true
    })
  }

  /** Connects as soon as the port is open, and sets breakpoints before anything runs. */
  static async attach(port: number, file: string, lines: readonly number[]): Promise<DebugClient> {
    const client = new DebugClient(await connect(port))
    await client.request('initialize', { adapterID: 'debugpy', pathFormat: 'path', linesStartAt1: true })
    // It is answered when the configuration is done.
    const attached = client.request('attach', { justMyCode: true })
    await client.event('initialized')
    await client.setBreakpoints(file, lines)
    await client.request('configurationDone')
    await attached
    return client
  }

  setBreakpoints(file: string, lines: readonly number[]): Promise<unknown> {
    const breakpoints = lines.map((line) => ({ line }))
    return this.request('setBreakpoints', { source: { path: file }, breakpoints })
  }

  /** Sends a request, and resolves to the body of its response. */
  async request(command: string, args: object = {}) {
    const seq = ++this.#requests
    const text = JSON.stringify({ seq, type: 'request', command, arguments: args })
    this.#socket.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
    const { success, message, body } = await this.#take(command, (it) => it.request_seq === seq)
    if (!success) throw new Error(`${command} failed: ${message}`)
    return body
  }

  /** Waits for an event, and resolves to its body. Each event is returned once. */
  async event(name: string) {
    return (await this.#take(name, (message) => message.event === name)).body
  }

  /** Waits until Python stops, and resolves to the thread and its stack, innermost frame first. */
  async stopped(): Promise<{ threadId: number; reason: string; frames: StackFrame[] }> {
    const { threadId, reason } = await this.event('stopped')
    const { stackFrames } = await this.request('stackTrace', { threadId })
    return { threadId, reason, frames: stackFrames }
  }

  /** Leaves without a request, as an editor that crashes. */
  close(): void {
    this.#socket.destroy()
  }

  async #take(what: string, fits: (message: Message) => boolean): Promise<Message> {
    for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await sleep(5)) {
      const index = this.#received.findIndex(fits)
      if (index >= 0) return this.#received.splice(index, 1)[0] as Message
      if (this.#isClosed) break
    }
    const seen = JSON.stringify(this.#received.map(({ type, command, event }) => event ?? command ?? type))
    throw new Error(
      `There was no ${what}${this.#isClosed ? ' before the session ended' : ''}. Unread: ${seen}`,
    )
  }

  #read(data: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, data])
    for (;;) {
      const head = /^Content-Length: (\d+)\r\n\r\n/.exec(this.#unread.toString('latin1'))
      const end = head ? head[0].length + Number(head[1]) : Number.POSITIVE_INFINITY
      if (!head || this.#unread.length < end) return
      this.#received.push(JSON.parse(this.#unread.subarray(head[0].length, end).toString()))
      this.#unread = this.#unread.subarray(end)
    }
  }
}

async function connect(port: number): Promise<Socket> {
  for (const until = performance.now() + PATIENCE_MS; ; await sleep(20)) {
    const socket = createConnection({ host: '127.0.0.1', port })
    try {
      await once(socket, 'connect')
      return socket
    } catch (error) {
      if (performance.now() > until) throw error
    }
  }
}
