import { PROTOCOL } from '../../../src/process/run/protocol.ts'
import type { JsonLine } from '../../../src/support/jsonLines.ts'
import { type Delays, delayOf } from './delays.ts'

/** Runs `act` after so many milliseconds. */
export type After = (delay: number, act: () => void) => void

/** A node whose reaper, forkserver and workers are played by timers. It answers with the lines of docs/protocol.md. */
export class SimulatedNode {
  readonly #delays: Delays
  readonly #send: (from: string, line: JsonLine) => void
  readonly #after: After
  /** By ID, and whether they are to be killed as soon as they exist. */
  readonly #workers = new Map<string, 'forking' | 'doomed' | 'up'>()
  #forkserver = ''
  #pids: number

  /**
   * @param firstPid of its processes
   * @param send passes a line on to main; it adds the delay of Ray
   */
  constructor(
    firstPid: number,
    delays: Delays,
    send: (from: string, line: JsonLine) => void,
    after: After = (delay, act) => void setTimeout(act, delay),
  ) {
    this.#pids = firstPid
    this.#delays = delays
    this.#send = send
    this.#after = after
  }

  /** The reaper comes up. */
  arm(): void {
    this.#send('reaper', {
      event: 'armed',
      protocol: PROTOCOL,
      limits: [],
      subreaper: true,
      cgroup: null,
      ...this.#identity(),
    })
  }

  /** Takes a line of main. */
  receive(to: string, line: JsonLine): void {
    const { op } = line
    const id = String(line['id'] ?? to)
    if (op === 'spawn') this.#spawn(id)
    else if (op === 'signal')
      this.#send('reaper', { event: 'signalled', request: line['request'], outcomes: [] })
    else if (op === 'fork') this.#fork(to, id)
    else if (op === 'kill' || op === 'abort') this.#kill(id)
    else if (op === 'exit' && to === this.#forkserver) this.#exitForkserver(to)
    else if (op === 'exit') this.#exit(to)
    else throw new Error(`A simulated node cannot carry out the line ${JSON.stringify(line)} to ${to}.`)
  }

  #spawn(id: string): void {
    this.#forkserver = id
    this.#send('reaper', { event: 'spawned', id, ...this.#identity() })
    this.#after(this.#delays.imports, () => {
      this.#hello('forkserver', id)
      this.#send(id, {
        event: 'ready',
        startMethod: 'fork',
        fallback: null,
        unmeasured: null,
        libraries: [],
        files: [],
      })
    })
  }

  #fork(forkserver: string, id: string): void {
    const identity = this.#identity()
    this.#workers.set(id, 'forking')
    this.#after(delayOf(this.#delays.forked, identity.pid), () => {
      this.#send(forkserver, { event: 'forked', id, ...identity })
      const isDoomed = this.#workers.get(id) === 'doomed'
      this.#workers.set(id, 'up')
      if (isDoomed) this.#kill(id)
    })
    this.#after(delayOf(this.#delays.ready, identity.pid), () => {
      if (!this.#workers.has(id)) return
      this.#hello('worker', id)
      this.#send(id, { event: 'ready', address: '10.0.0.1:1', session: '' })
    })
  }

  #exit(worker: string): void {
    this.#after(this.#delays.exit, () => this.#end(worker, { status: 0, signal: null }))
  }

  #kill(worker: string): void {
    if (this.#workers.get(worker) === 'forking') this.#workers.set(worker, 'doomed')
    else this.#end(worker, { status: null, signal: 'SIGKILL' })
  }

  #exitForkserver(id: string): void {
    for (const worker of this.#workers.keys()) this.#end(worker, { status: null, signal: 'SIGKILL' })
    this.#send('reaper', { event: 'exited', id, status: 0, signal: null })
  }

  #end(worker: string, exit: { status: number | null; signal: string | null }): void {
    if (this.#workers.delete(worker)) this.#send(this.#forkserver, { event: 'exited', id: worker, ...exit })
  }

  #hello(role: string, id: string): void {
    this.#send(id, { hello: 'vitest-python', protocol: PROTOCOL, role, id })
  }

  #identity(): { pid: number; startTime: string } {
    this.#pids += 1
    return { pid: this.#pids, startTime: '1' }
  }
}
