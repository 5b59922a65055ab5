import type { Chunk } from '../gen/vitest_python/v1/bridge.ts'

/** Bytes in one message: neither side has to hold a big one twice, and protobuf has an end at 2 GiB. */
const MAX_CHUNK_BYTES = 2 ** 20

/** Big buffers in parts, ahead of the message that speaks of them: for where memory is not shared, or is full. */
export class Chunks {
  readonly #send: (chunk: Chunk) => void
  readonly #arrived = new Map<number, Uint8Array[]>()
  #sent = 0

  constructor(send: (chunk: Chunk) => void) {
    this.#send = send
  }

  /** @returns the number of the buffer, for the other side's `join` */
  export(bytes: Uint8Array): number {
    const buffer = ++this.#sent
    // Copies: the stream keeps them, and whoever owns the bytes may go on to change them.
    for (let at = 0; at < bytes.length; at += MAX_CHUNK_BYTES)
      this.#send({ buffer, data: Buffer.from(bytes.subarray(at, at + MAX_CHUNK_BYTES)) })
    return buffer
  }

  take({ buffer, data }: Chunk): void {
    const parts = this.#arrived.get(buffer)
    if (parts) parts.push(data)
    else this.#arrived.set(buffer, [data])
  }

  /** @throws Error when no such buffer has arrived, or when it is longer than a buffer can be */
  join(buffer: number): Uint8Array {
    const parts = this.#arrived.get(buffer)
    if (!parts) throw new Error(`buffer ${buffer} was not sent`)
    this.#arrived.delete(buffer)
    return Buffer.concat(parts)
  }
}
