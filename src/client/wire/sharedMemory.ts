import { randomBytes } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import { decode } from '../values/decode.ts'
import { encode } from '../values/encode.ts'

/** Bytes before a buffer's own: the token of who it is meant for. A page, so that the rest is aligned. */
const HEADER_BYTES = 4096
const TOKEN_BYTES = 8
const FREE = Buffer.alloc(TOKEN_BYTES)
const MIN_FILE_BYTES = 256 * 1024
/** Bytes of all files together that one session may keep. */
const MAX_TOTAL_BYTES = 512 * 1024 * 1024
/** Linux's `O_TMPFILE`, which Node does not name: a file without a name, gone when nobody has it open. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY

interface Slot {
  fd: number
  /** Bytes that fit. */
  size: number
}

/**
 * Buffers by memory that both processes can open, and that no name leads to: it is gone when both have ended,
 * however they do. The sender writes into a file of its own; the receiver opens that by `/proc/<pid>/fd`, copies the
 * bytes out, and sets the token back, which is how the sender knows that the file may be used again.
 */
export class SharedMemory {
  readonly #slots: Slot[] = []
  readonly #budget: number
  #usable = true

  /** @param budget bytes in all files together; beyond them buffers go in the message */
  constructor(budget = MAX_TOTAL_BYTES) {
    this.#budget = budget
  }

  /** Whether this process may open the files of another. */
  static canOpen(pid: number): boolean {
    try {
      // To follow this link takes the same permission as to open what /proc/<pid>/fd lists.
      statSync(`/proc/${pid}/cwd`)
      return true
    } catch {
      return false
    }
  }

  /** @returns a descriptor for Python's `import_buffer`; `undefined`: there is no room, send the bytes another way */
  export(bytes: Uint8Array): Uint8Array | undefined {
    if (!this.#usable) return undefined
    try {
      const slot = this.#take(bytes.byteLength)
      return slot && describe(slot, bytes)
    } catch {
      // No /dev/shm, or no room in it. What is on its way can still be read.
      this.#usable = false
      return undefined
    }
  }

  /** @throws Error when the descriptor leads to no such buffer */
  import(descriptor: Uint8Array): Uint8Array {
    const [pid, fd, length, token] = readDescriptor(descriptor)
    let file: number | undefined
    try {
      file = openSync(`/proc/${pid}/fd/${fd}`, constants.O_RDWR | constants.O_NONBLOCK)
      const status = fstatSync(file)
      if (
        !status.isFile() ||
        status.size < HEADER_BYTES + length ||
        !readAt(file, TOKEN_BYTES, 0).equals(token)
      )
        throw new Error('it holds something else')
      const bytes = readAt(file, length, HEADER_BYTES)
      writeSync(file, FREE, 0, TOKEN_BYTES, 0)
      return bytes
    } catch (cause) {
      throw new Error(
        `a buffer in the memory of process ${pid} cannot be read: ${(cause as Error).message}`,
        {
          cause,
        },
      )
    } finally {
      if (file !== undefined) closeSync(file)
    }
  }

  /** Exports nothing more. What is on its way can still be read. */
  stopExporting(): void {
    this.#usable = false
  }

  /** Gives the memory back. What is on its way can no longer be read. */
  close(): void {
    this.#usable = false
    for (const { fd } of this.#slots.splice(0)) closeSync(fd)
  }

  #take(bytes: number): Slot | undefined {
    const size = Math.max(MIN_FILE_BYTES, 2 ** Math.ceil(Math.log2(bytes)))
    const free = this.#slots.filter(({ fd }) => readAt(fd, TOKEN_BYTES, 0).equals(FREE))
    const fits = free.find((slot) => slot.size === size)
    if (fits) return fits
    for (const slot of free) {
      if (this.#kept() + size <= this.#budget) break
      this.#slots.splice(this.#slots.indexOf(slot), 1)
      closeSync(slot.fd)
    }
    if (this.#kept() + size > this.#budget) return undefined
    const slot = { fd: openSync('/dev/shm', O_TMPFILE | constants.O_RDWR, 0o600), size }
    this.#slots.push(slot)
    return slot
  }

  #kept(): number {
    return this.#slots.reduce((sum, { size }) => sum + size, 0)
  }
}

function describe({ fd }: Slot, bytes: Uint8Array): Uint8Array {
  const token = randomBytes(TOKEN_BYTES)
  let written = 0
  while (written < bytes.byteLength)
    written += writeSync(fd, bytes, written, bytes.byteLength - written, HEADER_BYTES + written)
  writeSync(fd, token, 0, TOKEN_BYTES, 0)
  return encode([process.pid, fd, bytes.byteLength, token], 'descriptor')
}

function readDescriptor(descriptor: Uint8Array): [number, number, number, Buffer] {
  const parts = decode(descriptor)
  if (!Array.isArray(parts) || parts.length !== 4) throw new Error('a buffer has no descriptor')
  const [pid, fd, length, token] = parts
  const numbers = [pid, fd, length].every((number) => Number.isSafeInteger(number) && number >= 0)
  if (!numbers || !Buffer.isBuffer(token) || token.length !== TOKEN_BYTES)
    throw new Error('the descriptor of a buffer is broken')
  return [pid, fd, length, token]
}

function readAt(fd: number, length: number, position: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length)
  let read = 0
  while (read < length) {
    const count = readSync(fd, bytes, read, length - read, position + read)
    // A file that has just been made has no header yet.
    if (count === 0) return bytes.fill(0, read)
    read += count
  }
  return bytes
}
