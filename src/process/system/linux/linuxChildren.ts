import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import type { ChildrenWatch } from '../operatingSystem.ts'

/** The file system, as far as it is used here. */
export interface ThreadFiles {
  /** @returns the names in a directory; none if it is gone */
  list(directory: string): string[]
  /** @returns `undefined` if there is no such file */
  open(path: string): number | undefined
  /** @returns the whole text; empty if the thread has ended */
  read(file: number): string
  close(file: number): void
}

/** Most files that a process keeps open. Processes have a limit, often 1,024, and the tests need some of it. */
const MAX_OPEN = 256
let open = 0

/**
 * The children that the kernel lists for each thread of a process; none if the process is gone, or if the kernel keeps no
 * such lists (CONFIG_PROC_CHILDREN).
 *
 * Files that are open are read four times as fast as others.
 */
export class LinuxChildren implements ChildrenWatch {
  readonly #pid: number
  readonly #files: ThreadFiles
  /** By thread. */
  readonly #open = new Map<string, number>()

  constructor(pid: number, files: ThreadFiles = PROC) {
    this.#pid = pid
    this.#files = files
  }

  prepare(): void {
    for (const thread of this.#threads()) {
      if (this.#open.has(thread) || open >= MAX_OPEN) continue
      const file = this.#files.open(this.#path(thread))
      if (file === undefined) continue
      this.#open.set(thread, file)
      open++
    }
  }

  read(): number[] {
    const listed = this.#threads().flatMap((thread) =>
      this.#read(thread).split(' ').map(Number).filter(Boolean),
    )
    // If a thread ends meanwhile, its children are read once more with those of the first one.
    return [...new Set(listed)]
  }

  close(): void {
    for (const file of this.#open.values()) this.#files.close(file)
    open -= this.#open.size
    this.#open.clear()
  }

  /** The first thread comes last: if another one ends meanwhile, the kernel gives its children to the first. */
  #threads(): string[] {
    const first = String(this.#pid)
    const threads = this.#files.list(`/proc/${first}/task`)
    return threads.length === 0 ? [] : [...threads.filter((thread) => thread !== first), first]
  }

  #read(thread: string): string {
    const known = this.#open.get(thread)
    if (known !== undefined) return this.#files.read(known)
    const file = this.#files.open(this.#path(thread))
    if (file === undefined) return ''
    try {
      return this.#files.read(file)
    } finally {
      this.#files.close(file)
    }
  }

  #path(thread: string): string {
    return `/proc/${this.#pid}/task/${thread}/children`
  }
}

const buffer = Buffer.allocUnsafe(4096)

/** `readFileSync` takes twice as long, because it asks for the file's size and makes a buffer of its own. */
const PROC: ThreadFiles = {
  list: (directory) => attempt(() => readdirSync(directory)) ?? [],
  open: (path) => attempt(() => openSync(path, 'r')),
  read: (file) => attempt(() => readWhole(file)) ?? '',
  close: closeSync,
}

/** The kernel fills the buffer up to the last pid that fits, so a read that leaves half of it empty was the last one. */
function readWhole(file: number): string {
  let text = ''
  for (;;) {
    const length = readSync(file, buffer, 0, buffer.length, text.length)
    text += buffer.toString('latin1', 0, length)
    if (length < buffer.length / 2) return text
  }
}

function attempt<T>(what: () => T): T | undefined {
  try {
    return what()
  } catch {
    return undefined
  }
}
