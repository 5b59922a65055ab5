import { once } from 'node:events'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import type { RunEvent, RunEvents } from '../run/events.ts'
import { disconnect, terminated, withoutEnds } from './messages.ts'
import { type ClientPlace, nextStep } from './nextStep.ts'

/** Debuggers can run any code, so nothing but this machine may reach one. */
export const DEBUG_HOST = '127.0.0.1'

/** If no debugger has attached by then, a line says that the test waits. */
const ANNOUNCE_AFTER_MS = 1_000
/** An editor that was asked to reconnect does so within this time. */
const RETURN_MS = 5_000

/** A worker whose debugger listens. */
export interface Debuggee {
  readonly runId: string
  readonly id: string
  /** The port of the loopback address that its debugger listens on. */
  readonly port: number
  /** Has it start its first call without a debugger. */
  goOn(): void
}

interface Attachable extends Debuggee {
  /** Whether it still waits before its first call. */
  isWaiting: boolean
}

interface Attached {
  readonly client: Socket
  /** The connection to the debugger of the worker. */
  readonly upstream: Socket
  readonly worker: string
}

/**
 * The port that editors attach to. It stays the same for the whole run, and leads to the worker that needs a debugger:
 * each test may have another one, and each listens on a port of its own.
 */
export class DebugPort {
  readonly port: number
  readonly #server: Server
  readonly #announce: (sentence: string) => void
  readonly #workers = new Map<string, Attachable>()
  /** The test or file of each worker that is leased. */
  readonly #leased = new Map<string, string>()
  readonly #held = new Set<Socket>()
  #attached: Attached | undefined
  #waits: boolean

  private constructor(server: Server, port: number, waits: boolean, announce: (sentence: string) => void) {
    this.port = port
    this.#server = server
    this.#waits = waits
    this.#announce = announce
    server.on('connection', (client) => this.#receive(client))
  }

  /**
   * Listens on the loopback address.
   *
   * @param waits whether workers wait for a debugger if none is attached
   * @param announce prints a sentence for the user
   * @throws the error of `listen`, such as EADDRINUSE
   */
  static async open(port: number, waits: boolean, announce: (sentence: string) => void): Promise<DebugPort> {
    const server = createServer({ noDelay: true })
    server.listen({ host: DEBUG_HOST, port, exclusive: true })
    await once(server, 'listening')
    // The port doesn't keep the runner alive.
    server.unref()
    return new DebugPort(server, port, waits, announce)
  }

  /** Learns from the events of a run which workers are leased, and by which test. */
  follow(events: RunEvents): void {
    events.on((event) => this.#note(event))
  }

  /** Decides whether a worker that is about to begin its first call gets a debugger, waits for one, or goes on. */
  ask(debuggee: Debuggee): void {
    const worker = { ...debuggee, isWaiting: true }
    this.#workers.set(keyOf(worker.runId, worker.id), worker)
    this.#decide(worker)
  }

  /** A debugger has attached to this worker, or the worker has gone on. */
  begun(runId: string, id: string): void {
    const worker = this.#workers.get(keyOf(runId, id))
    if (worker) worker.isWaiting = false
  }

  /** Ends the debug sessions, and listens no longer. */
  close(): void {
    this.#server.close()
    this.#waits = false
    for (const client of this.#held) dismiss(client, false)
    this.#sendBack(false)
  }

  #decide(worker: Attachable): void {
    const [client] = this.#held
    const step = nextStep({ isHeld: client !== undefined, attached: this.#place(), waits: this.#waits })
    if (step === 'join') return this.#join(client as Socket, worker)
    if (step === 'go on') return this.#release(worker)
    if (step === 'send back') this.#sendBack(true)
    setTimeout(() => this.#announceWait(worker), ANNOUNCE_AFTER_MS).unref()
    if (!this.#waits) setTimeout(() => this.#release(worker), RETURN_MS).unref()
  }

  #place(): ClientPlace {
    if (!this.#attached) return 'nowhere'
    return this.#leased.has(this.#attached.worker) ? 'at work' : 'idle'
  }

  #release(worker: Attachable): void {
    if (!worker.isWaiting || this.#attached?.worker === keyOf(worker.runId, worker.id)) return
    worker.isWaiting = false
    worker.goOn()
  }

  #announceWait(worker: Attachable): void {
    const key = keyOf(worker.runId, worker.id)
    if (!worker.isWaiting || this.#attached?.worker === key || !this.#workers.has(key)) return
    const user = this.#leased.get(key)
    this.#announce(`${user ? `"${user}"` : 'A test'} waits for a debugger on ${DEBUG_HOST}:${this.port}.`)
  }

  #receive(client: Socket): void {
    client.on('error', () => client.destroy())
    this.#held.add(client)
    client.on('close', () => this.#held.delete(client))
    if (this.#attached) return
    const workers = [...this.#workers.values()]
    const worker =
      workers.find(({ isWaiting }) => isWaiting) ??
      workers.findLast(({ runId, id }) => this.#leased.has(keyOf(runId, id)))
    if (worker) this.#join(client, worker)
  }

  #join(client: Socket, worker: Attachable): void {
    const upstream = createConnection({ host: DEBUG_HOST, port: worker.port, noDelay: true })
    const attached = { client, upstream, worker: keyOf(worker.runId, worker.id) }
    this.#held.delete(client)
    this.#attached = attached
    upstream.on('error', () => upstream.destroy())
    // If the worker has ended, the client stays until the next worker asks, or the run ends. Its data is read and dropped,
    // because Node doesn't notice that it leaves otherwise.
    upstream.on('close', () => client.resume())
    upstream.pipe(withoutEnds()).pipe(client, { end: false })
    client.pipe(upstream, { end: false })
    client.on('close', () => {
      upstream.end(disconnect())
      if (this.#attached === attached) this.#detach(worker)
    })
  }

  /** The user has detached. */
  #detach(worker: Attachable): void {
    this.#attached = undefined
    if (worker.isWaiting) return this.#decide(worker)
    this.#waits = false
  }

  /** Ends the session of the attached debugger. @param restart asks it to attach again */
  #sendBack(restart: boolean): void {
    if (!this.#attached) return
    const { client, upstream } = this.#attached
    this.#attached = undefined
    upstream.unpipe()
    upstream.end(disconnect())
    dismiss(client, restart)
  }

  #note(event: RunEvent): void {
    if (event.topic !== 'lease' && event.topic !== 'worker') return
    if (event.worker === undefined) return
    const key = keyOf(event.runId, event.worker)
    if (event.event === 'ended') this.#workers.delete(key)
    if (event.event === 'ended' || event.event === 'closed') this.#leased.delete(key)
    if (event.event === 'granted' || event.event === 'taken') this.#leased.set(key, event.test || event.file)
  }
}

function dismiss(client: Socket, restart: boolean): void {
  client.write(terminated(restart))
  client.destroySoon()
}

function keyOf(runId: string, worker: string): string {
  return `${runId} ${worker}`
}
