import { BinaryWriter } from '@bufbuild/protobuf/wire'
import type { MessageFns } from '../gen/vitest_python/v1/bridge.ts'

/** Each message on a socket follows its length in bytes. */
const HEADER_BYTES = 4

/** Bytes of the longest message. */
const MAX_BYTES = 2 ** 31

/** A message as it is written to a socket. */
export function framed(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(HEADER_BYTES + message.length)
  framed.writeUInt32LE(message.length)
  framed.set(message, HEADER_BYTES)
  return framed
}

/** Bytes of the longest message whose buffer is kept for the next one. */
const MAX_KEPT_BYTES = 64 * 1024

/** Frames messages of one kind, in a buffer that it keeps: making one takes longer than encoding a small message. */
export class MessageFramer<T> {
  readonly #message: Pick<MessageFns<T>, 'encode'>
  #writer: BinaryWriter | undefined

  constructor(message: Pick<MessageFns<T>, 'encode'>) {
    this.#message = message
  }

  /** @returns the message as it is written to a socket */
  framed(message: T): Buffer {
    const writer = this.#writer ?? new BinaryWriter()
    // If the message cannot be encoded, its beginning stays in this writer.
    this.#writer = undefined
    const bytes = this.#message.encode(message, writer.fixed32(0)).finish()
    const framed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    framed.writeUInt32LE(bytes.length - HEADER_BYTES)
    if (bytes.length <= MAX_KEPT_BYTES) this.#writer = writer
    return framed
  }
}

/** Puts the messages of a socket together, which arrive in chunks of any size. */
export class MessageReader {
  #chunks: Buffer[] = []
  #received = 0

  add(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#received += chunk.length
  }

  /**
   * @param limit bytes of the message
   * @returns the next message, and `undefined` if it has not arrived as a whole
   * @throws RangeError the next message is longer
   */
  take(limit: number = MAX_BYTES): Buffer | undefined {
    const end = this.#end()
    if (Number.isFinite(end) && end > HEADER_BYTES + limit)
      throw new RangeError(`it has ${end - HEADER_BYTES} bytes, and at most ${limit} are allowed`)
    if (end > this.#received) return undefined
    const all = this.#join()
    this.#chunks = end < all.length ? [all.subarray(end)] : []
    this.#received -= end
    return all.subarray(HEADER_BYTES, end)
  }

  /** Where the next message ends; infinite if its length has not arrived. */
  #end(): number {
    if (this.#received < HEADER_BYTES) return Number.POSITIVE_INFINITY
    const [first] = this.#chunks as [Buffer]
    const header = first.length < HEADER_BYTES ? this.#join() : first
    return HEADER_BYTES + header.readUInt32LE()
  }

  #join(): Buffer {
    const [first] = this.#chunks as [Buffer]
    const all = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks)
    this.#chunks = [all]
    return all
  }
}
