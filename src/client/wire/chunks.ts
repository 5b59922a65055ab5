import type { Chunk } from '../gen/vitest_python/v1/bridge.ts'

/** Bytes in one message. Small messages spare both sides a second copy, and protobuf allows 2 GiB at most. */
const MAX_CHUNK_BYTES = 2 ** 20

/** Sends big buffers in chunks, ahead of the message that refers to them, if memory is not shared or is full. */
export class Chunks {
  readonly #send: (chunk: Chunk) => void
  readonly #arrived = new Map<number, Uint8Array[]>()
  #sent = 0

  constructor(send: (chunk: Chunk) => void) {
    this.#send = send
  }

  /** @returns the number of the buffer, by which the other side joins its chunks */
  export(bytes: Uint8Array): number {
    const buffer = ++this.#sent
    // Copies them, because the stream keeps them and the test may change its bytes meanwhile.
    for (let at = 0; at < bytes.length; at += MAX_CHUNK_BYTES)
      this.#send({ buffer, data: Buffer.from(bytes.subarray(at, at + MAX_CHUNK_BYTES)) })
    return buffer
  }

  take({ buffer, data }: Chunk): void {
    const chunks = this.#arrived.get(buffer)
    if (chunks) chunks.push(data)
    else this.#arrived.set(buffer, [data])
  }

  /** @throws Error if no such buffer has arrived, or if it is longer than Node allows */
  join(buffer: number): Uint8Array {
    const chunks = this.#arrived.get(buffer)
    if (!chunks) throw new Error(`buffer ${buffer} was not sent`)
    this.#arrived.delete(buffer)
    return Buffer.concat(chunks)
  }
}
