const INVALID = '\ufffd'
const strict = new TextDecoder('utf-8', { fatal: true })

/** How many short texts are remembered; a power of two. */
const RECENT = 512
const recent: (string | undefined)[] = new Array(RECENT).fill(undefined)

/** Reads MessagePack's parts, never beyond its end. */
export class Reader {
  readonly #bytes: Buffer
  #lazyView: DataView | undefined
  readonly #end: number
  position = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#end = bytes.byteLength
  }

  get atEnd(): boolean {
    return this.position === this.#end
  }

  byte(): number {
    return this.#bytes[this.#pass(1)] as number
  }

  /** An unsigned number of 1, 2 or 4 bytes. */
  unsigned(bytes: number): number {
    const at = this.#pass(bytes)
    if (bytes === 1) return this.#bytes[at] as number
    return bytes === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at)
  }

  /** A signed number of 1, 2 or 4 bytes. */
  signed(bytes: number): number {
    const at = this.#pass(bytes)
    if (bytes === 1) return this.#view.getInt8(at)
    return bytes === 2 ? this.#view.getInt16(at) : this.#view.getInt32(at)
  }

  /** A number where it is exact, otherwise a bigint. */
  integer64(signed: boolean): number | bigint {
    const at = this.#pass(8)
    const value = signed ? this.#view.getBigInt64(at) : this.#view.getBigUint64(at)
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }

  float(bytes: 4 | 8): number {
    const at = this.#pass(bytes)
    return bytes === 4 ? this.#view.getFloat32(at) : this.#view.getFloat64(at)
  }

  /** A view on the message. */
  bytes(length: number): Buffer {
    const at = this.#pass(length)
    return this.#bytes.subarray(at, at + length)
  }

  string(length: number): string {
    const at = this.#pass(length)
    if (length < 24) {
      const short = this.#short(at, length)
      if (short !== undefined) return short
    }
    const text = this.#bytes.toString('utf8', at, at + length)
    // Only now is it worth asking whether that character was sent.
    return text.includes(INVALID) ? strict.decode(this.#bytes.subarray(at, at + length)) : text
  }

  /** Throws when there are fewer than `count` bytes left, and so fewer elements. */
  expect(count: number): number {
    if (count > this.#end - this.position) throw new RangeError('it ends too early')
    return count
  }

  get #view(): DataView {
    const { buffer, byteOffset, byteLength } = this.#bytes
    this.#lazyView ??= new DataView(buffer, byteOffset, byteLength)
    return this.#lazyView
  }

  /** Short texts of ASCII are mostly keys that were there before: found again faster than made. */
  #short(at: number, length: number): string | undefined {
    const bytes = this.#bytes
    let hash = length
    for (let index = at; index < at + length; index++) {
      const code = bytes[index] as number
      if (code >= 0x80) return undefined
      hash = (Math.imul(hash, 31) + code) | 0
    }
    const known = recent[hash & (RECENT - 1)]
    if (known?.length === length && this.#holds(known, at)) return known
    const text = bytes.toString('latin1', at, at + length)
    recent[hash & (RECENT - 1)] = text
    return text
  }

  #holds(text: string, at: number): boolean {
    for (let index = 0; index < text.length; index++) {
      if (this.#bytes[at + index] !== text.charCodeAt(index)) return false
    }
    return true
  }

  #pass(count: number): number {
    const at = this.position
    if (at + count > this.#end) throw new RangeError('it ends too early')
    this.position = at + count
    return at
  }
}
