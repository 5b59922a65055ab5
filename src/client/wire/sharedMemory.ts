import { randomBytes } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import { decode } from '../values/decode.ts'
import { encode } from '../values/encode.ts'

/** Bytes in front of a buffer. They hold its token. One page, so that the buffer is aligned. */
const HEADER_BYTES = 4096
const TOKEN_BYTES = 8
/** In place of a token: the file can be used again. */
const FREE = Buffer.alloc(TOKEN_BYTES)
const MIN_FILE_BYTES = 256 * 1024
/** Limit for all files of one session together. */
const MAX_TOTAL_BYTES = 512 * 1024 * 1024
/** Linux's `O_TMPFILE`, for which Node has no constant: a file without a name, which is gone once it is closed. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY

interface SharedFile {
  fd: number
  /** Bytes that fit into it. */
  size: number
}

/**
 * Sends buffers through memory that both processes can open and that has no name, so it is gone when both have ended,
 * even if they crash. The sender writes into a file of its own. The receiver opens that file by `/proc/<pid>/fd`, copies
 * the bytes, and clears the token to tell the sender that the file can be used again.
 */
export class SharedMemory {
  readonly #files: SharedFile[] = []
  readonly #maxBytes: number
  #usable = true

  /** @param maxBytes limit for all files together; beyond it, buffers travel in chunks */
  constructor(maxBytes = MAX_TOTAL_BYTES) {
    this.#maxBytes = maxBytes
  }

  /** Whether this process may open the files of another. */
  static canOpen(pid: number): boolean {
    try {
      // Following this link takes the same permission as opening the files that /proc/<pid>/fd lists.
      statSync(`/proc/${pid}/cwd`)
      return true
    } catch {
      return false
    }
  }

  /** @returns a descriptor for Python's `import_buffer`; `undefined` if there is no room, so that the bytes need another way */
  export(bytes: Uint8Array): Uint8Array | undefined {
    if (!this.#usable) return undefined
    try {
      const file = this.#take(bytes.byteLength)
      return file && describe(file, bytes)
    } catch {
      // There is no /dev/shm, or no room in it. Buffers that are under way can still be read.
      this.#usable = false
      return undefined
    }
  }

  /** @throws Error if the descriptor leads to no such buffer */
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

  /** Exports no more buffers. Those that are under way can still be read. */
  stopExporting(): void {
    this.#usable = false
  }

  /** Gives the memory back. Buffers that are under way can no longer be read. */
  close(): void {
    this.#usable = false
    for (const { fd } of this.#files.splice(0)) closeSync(fd)
  }

  #take(bytes: number): SharedFile | undefined {
    const size = Math.max(MIN_FILE_BYTES, 2 ** Math.ceil(Math.log2(bytes)))
    const free = this.#files.filter(({ fd }) => readAt(fd, TOKEN_BYTES, 0).equals(FREE))
    const fits = free.find((file) => file.size === size)
    if (fits) return fits
    for (const file of free) {
      if (this.#kept() + size <= this.#maxBytes) break
      this.#files.splice(this.#files.indexOf(file), 1)
      closeSync(file.fd)
    }
    if (this.#kept() + size > this.#maxBytes) return undefined
    const file = { fd: openSync('/dev/shm', O_TMPFILE | constants.O_RDWR, 0o600), size }
    this.#files.push(file)
    return file
  }

  #kept(): number {
    return this.#files.reduce((sum, { size }) => sum + size, 0)
  }
}

function describe({ fd }: SharedFile, bytes: Uint8Array): Uint8Array {
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
    // A new file has no header yet.
    if (count === 0) return bytes.fill(0, read)
    read += count
  }
  return bytes
}
