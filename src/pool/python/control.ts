import { timingSafeEqual } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { PROTOCOL, protocolMismatch } from '../../process/run/protocol.ts'
import { type JsonLine, readLines, writeLine } from '../../support/jsonLines.ts'
import { listenOn } from '../run/listenOn.ts'

/** A forkserver or a worker that has said hello. */
export interface Peer {
  readonly role: string
  readonly id: string
  send(line: JsonLine): void
}

export type Listener = (line: JsonLine, peer: Peer) => void

/** The way in which forkserver and workers report. */
export interface Control {
  /** Accepts the hello of this peer, and calls `listener` for each line that it sends after that. */
  expect(role: string, id: string, listener: Listener): void
  /** This peer will not connect any more. */
  forget(role: string, id: string): void
  close(): void
}

/** The server on `control.sock`, for processes of this machine. */
export class ControlSocket implements Control {
  readonly #server: Server
  readonly #token: string
  readonly #expected = new Map<string, Listener>()
  readonly #sockets = new Set<Socket>()

  private constructor(token: string) {
    this.#token = token
    this.#server = createServer((socket) => this.#greet(socket))
  }

  /** @throws SetupError RUNS_DIRECTORY_UNWRITABLE */
  static async listen(path: string, token: string): Promise<ControlSocket> {
    const control = new ControlSocket(token)
    await listenOn(control.#server, path)
    return control
  }

  expect(role: string, id: string, listener: Listener): void {
    this.#expected.set(`${role} ${id}`, listener)
  }

  forget(role: string, id: string): void {
    this.#expected.delete(`${role} ${id}`)
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #greet(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    socket.unref()
    let deliver: ((line: JsonLine) => void) | undefined
    const receive = (line: JsonLine) => {
      if (deliver) return deliver(line)
      const problem = this.#refusal(line)
      if (problem !== undefined) return refuse(socket, problem)
      writeLine(socket, { welcome: 'vitest-python', protocol: PROTOCOL })
      const peer = peerOf(socket, line)
      const listener = this.#expected.get(`${peer.role} ${peer.id}`) as Listener
      this.forget(peer.role, peer.id)
      deliver = (next) => listener(next, peer)
    }
    readLines(socket, receive, (problem) => refuse(socket, problem))
  }

  #refusal(hello: JsonLine): string | undefined {
    if (hello['hello'] !== 'vitest-python')
      return 'this socket is the control socket of a vitest-environment-python run'
    if (hello['protocol'] !== PROTOCOL)
      return protocolMismatch('This process', hello['protocol'], 'the runner')
    if (!equalSecrets(String(hello['token']), this.#token)) return 'the token is not that of this run'
    const name = `${String(hello['role'])} ${String(hello['id'])}`
    return this.#expected.has(name) ? undefined : `the run does not expect ${name}`
  }
}

function peerOf(socket: Socket, hello: JsonLine): Peer {
  return {
    role: String(hello['role']),
    id: String(hello['id']),
    send: (line) => writeLine(socket, line),
  }
}

function refuse(socket: Socket, sentence: string): void {
  writeLine(socket, { refused: sentence })
  socket.end()
}

/** Compares in constant time, so the token cannot be guessed character by character. */
export function equalSecrets(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
