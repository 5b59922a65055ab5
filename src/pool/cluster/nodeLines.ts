import type { Exit } from '../../process/system/exit.ts'
import type { JsonLine } from '../../support/jsonLines.ts'
import type { Control, Listener } from '../python/control.ts'
import type { ReaperLink } from '../python/reaper/reaperLines.ts'

/** The lines to and from the tree of a node: those of its reaper, its forkservers and workers, and its files. */
export class NodeLines implements ReaperLink, Control {
  /** Resolves when the reaper has ended, or if its node is lost. */
  readonly ended: Promise<Exit>
  /** Takes each piece of a file. */
  onFile: (line: JsonLine) => void = () => {}
  readonly #send: (to: string, line: JsonLine) => void
  readonly #expected = new Map<string, Listener>()
  /** The lines of the reaper that have come before anyone listened. */
  #backlog: JsonLine[] | undefined = []
  #onReaper = (line: JsonLine): void => {
    this.#backlog?.push(line)
  }
  readonly #peers = new Map<string, (line: JsonLine) => void>()
  #end: (exit: Exit) => void = () => {}

  constructor(send: (to: string, line: JsonLine) => void) {
    this.#send = send
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  /** Has the lines of the reaper taken, those that have come before in the next turn. */
  listen(receive: (line: JsonLine) => void): void {
    const backlog = this.#backlog ?? []
    this.#backlog = undefined
    this.#onReaper = receive
    // Callers that want a line say so after they have connected.
    queueMicrotask(() => backlog.forEach(receive))
  }

  /** Takes a line of the driver. */
  receive({ from, line }: JsonLine): void {
    const inner = line as JsonLine
    if (from === 'files') return this.onFile(inner)
    if (from !== 'reaper') return this.#deliver(String(from), inner)
    if (inner['event'] === 'reaper-ended') this.lose('it has ended on its node')
    else this.#onReaper(inner)
  }

  /** No line comes any more. */
  lose(because: string): void {
    this.#end({ status: null, signal: null, because })
  }

  expect(role: string, id: string, listener: Listener): void {
    this.#expected.set(`${role} ${id}`, listener)
  }

  forget(role: string, id: string): void {
    this.#expected.delete(`${role} ${id}`)
  }

  send(line: JsonLine): void {
    this.#send('reaper', line)
  }

  printed(): string {
    return ''
  }

  // The verdict ends every tree that was placed.
  async abandon(): Promise<void> {}

  close(): void {
    this.#expected.clear()
    this.#peers.clear()
  }

  /** The node has checked the token of a process that says hello. */
  #deliver(id: string, line: JsonLine): void {
    if (line['hello'] === undefined) return this.#peers.get(id)?.(line)
    const role = String(line['role'])
    const listener = this.#expected.get(`${role} ${id}`)
    if (!listener) return
    this.forget(role, id)
    const peer = { role, id, send: (answer: JsonLine) => this.#send(id, answer) }
    this.#peers.set(id, (next) => listener(next, peer))
  }
}
