import type { Chunk, ClientFrame } from '../gen/vitest_python/v1/bridge.ts'
import { decode } from '../values/decode.ts'
import { encode } from '../values/encode.ts'
import { Chunks } from './chunks.ts'
import { SharedMemory } from './sharedMemory.ts'

/** The services that a buffer transport needs from its session. */
export interface BufferHost {
  send(message: NonNullable<ClientFrame['kind']>): void
  /** Whether Python can open the files of this process. */
  sharesMemory(): boolean
}

/** Sends and receives the big buffers of a session: by shared memory if both sides can open it, otherwise in chunks. */
export class BufferTransport {
  readonly #memory = new SharedMemory()
  readonly #chunks: Chunks
  readonly #host: BufferHost

  constructor(host: BufferHost) {
    this.#host = host
    this.#chunks = new Chunks((value) => host.send({ $case: 'chunk', value }))
  }

  /** @returns a descriptor for Python's `import_buffer` */
  export(bytes: Uint8Array): Uint8Array {
    const shared = this.#host.sharesMemory() ? this.#memory.export(bytes) : undefined
    return shared ?? encode(this.#chunks.export(bytes), 'descriptor')
  }

  /** @throws Error if the descriptor leads to no buffer */
  import(descriptor: Uint8Array): Uint8Array {
    const number = decode(descriptor)
    if (typeof number === 'number') return this.#chunks.join(number)
    try {
      return this.#memory.import(descriptor)
    } catch (error) {
      this.#host.send({ $case: 'unreadable', value: {} })
      throw error
    }
  }

  /** Keeps a chunk of a buffer until the message that needs it arrives. */
  take(chunk: Chunk): void {
    this.#chunks.take(chunk)
  }

  /** Sends later buffers in chunks, because Python cannot read shared memory. */
  stopSharing(): void {
    this.#memory.stopExporting()
  }

  /** Gives the memory back. */
  close(): void {
    this.#memory.close()
  }
}
