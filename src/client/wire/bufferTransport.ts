import type { Chunk, ClientFrame } from '../gen/vitest_python/v1/bridge.ts'
import { decode } from '../values/decode.ts'
import { encode } from '../values/encode.ts'
import { Chunks } from './chunks.ts'
import { SharedMemory } from './sharedMemory.ts'

/** How the big buffers of a session travel: by shared memory where that is to be had, else in parts. */
export class BufferTransport {
  readonly #memory = new SharedMemory()
  readonly #chunks: Chunks
  readonly #send: (kind: ClientFrame['kind']) => void
  readonly #sharesMemory: () => boolean

  /** @param sharesMemory whether Python can open the files of this process */
  constructor(send: (kind: ClientFrame['kind']) => void, sharesMemory: () => boolean) {
    this.#send = send
    this.#sharesMemory = sharesMemory
    this.#chunks = new Chunks((value) => send({ $case: 'chunk', value }))
  }

  /** @returns a descriptor for Python's `import_buffer` */
  export(bytes: Uint8Array): Uint8Array {
    const shared = this.#sharesMemory() ? this.#memory.export(bytes) : undefined
    return shared ?? encode(this.#chunks.export(bytes), 'descriptor')
  }

  /** @throws Error when the descriptor leads to no buffer */
  import(descriptor: Uint8Array): Uint8Array {
    const number = decode(descriptor)
    if (typeof number === 'number') return this.#chunks.join(number)
    try {
      return this.#memory.import(descriptor)
    } catch (error) {
      this.#send({ $case: 'unreadable', value: {} })
      throw error
    }
  }

  /** A part of a buffer has arrived. */
  take(chunk: Chunk): void {
    this.#chunks.take(chunk)
  }

  /** Python cannot read what is in shared memory. */
  stopSharing(): void {
    this.#memory.stopExporting()
  }

  /** Gives the memory back. */
  close(): void {
    this.#memory.close()
  }
}
