const SMALLEST = 16 * 1024
/** A buffer that grew beyond this is not kept. */
const MOST_KEPT = 4 * 1024 * 1024

type WellFormed = { isWellFormed(): boolean }

/** Writes MessagePack into one growing buffer. */
export class Writer {
  #buffer = Buffer.allocUnsafeSlow(SMALLEST)
  #view = viewOf(this.#buffer)
  position = 0

  /** A copy of what was written; the writer begins anew. */
  take(): Uint8Array {
    const bytes = Buffer.from(this.#buffer.subarray(0, this.position))
    this.reset()
    return bytes
  }

  reset(): void {
    this.position = 0
    if (this.#buffer.length > MOST_KEPT) this.#replace(Buffer.allocUnsafeSlow(SMALLEST))
  }

  byte(byte: number): void {
    this.#room(1)
    this.#buffer[this.position++] = byte
  }

  integer(value: number): void {
    this.#room(9)
    if (value >= 0) {
      if (value < 0x80) this.#buffer[this.position++] = value
      else if (value < 0x100) this.#put8(0xcc, value)
      else if (value < 0x10000) this.#put16(0xcd, value)
      else if (value < 0x100000000) this.#put32(0xce, value)
      else this.#put64(0xcf, BigInt(value))
    } else if (value >= -0x20) this.#buffer[this.position++] = value + 0x100
    else if (value >= -0x80) this.#put8(0xd0, value + 0x100)
    else if (value >= -0x8000) this.#put16(0xd1, value + 0x10000)
    else if (value >= -0x80000000) this.#put32(0xd2, value)
    else this.#put64(0xd3, BigInt(value))
  }

  /** @param value of 64 bits, with or without a sign */
  bigint(value: bigint): void {
    this.#room(9)
    this.#put64(value < 0n ? 0xd3 : 0xcf, value)
  }

  float(value: number): void {
    this.#room(9)
    this.#buffer[this.position] = 0xcb
    this.#view.setFloat64(this.position + 1, value)
    this.position += 9
  }

  /** @returns false, and writes nothing, when the string has a lone surrogate */
  string(value: string): boolean {
    if (value.length < 0x20 && this.#ascii(value)) return true
    if (!(value as unknown as WellFormed).isWellFormed()) return false
    const length = Buffer.byteLength(value)
    this.#header(length, 0xa0, 0x20, 0xd9)
    this.#room(length)
    this.#buffer.write(value, this.position, 'utf8')
    this.position += length
    return true
  }

  bytes(value: Uint8Array): void {
    this.#header(value.length, 0, 0, 0xc4)
    this.#append(value)
  }

  array(length: number): void {
    this.#header(length, 0x90, 0x10, 0xdb)
  }

  map(length: number): void {
    this.#header(length, 0x80, 0x10, 0xdd)
  }

  extension(code: number, payload: Uint8Array): void {
    this.endExtension(this.beginExtension(code), () => this.#append(payload))
  }

  /** What is written until `endExtension` is the payload. */
  beginExtension(code: number): number {
    this.#room(6)
    this.#buffer[this.position] = 0xc9
    this.#buffer[this.position + 5] = code
    this.position += 6
    return this.position
  }

  endExtension(start: number, write?: () => void): void {
    write?.()
    this.#view.setUint32(start - 5, this.position - start)
  }

  /** `few` and `fits`: the short form's tag and its limit; `tag8`: that of the form with 8 bits, 16 and 32 follow. */
  #header(length: number, few: number, fits: number, tag8: number): void {
    this.#room(5)
    if (length < fits) this.#buffer[this.position++] = few | length
    // Arrays and maps have no form of 8 bits.
    else if (length < 0x100 && tag8 !== 0xdb && tag8 !== 0xdd) this.#put8(tag8, length)
    else if (length < 0x10000) this.#put16(tag8 + 1, length)
    else this.#put32(tag8 + 2, length)
  }

  #ascii(value: string): boolean {
    this.#room(value.length + 1)
    const buffer = this.#buffer
    const start = this.position + 1
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index)
      if (code >= 0x80) return false
      buffer[start + index] = code
    }
    buffer[this.position] = 0xa0 | value.length
    this.position = start + value.length
    return true
  }

  #append(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#buffer.set(bytes, this.position)
    this.position += bytes.length
  }

  #put8(tag: number, value: number): void {
    this.#buffer[this.position] = tag
    this.#buffer[this.position + 1] = value
    this.position += 2
  }

  #put16(tag: number, value: number): void {
    this.#buffer[this.position] = tag
    this.#view.setUint16(this.position + 1, value)
    this.position += 3
  }

  #put32(tag: number, value: number): void {
    this.#buffer[this.position] = tag
    this.#view.setUint32(this.position + 1, value)
    this.position += 5
  }

  #put64(tag: number, value: bigint): void {
    this.#buffer[this.position] = tag
    this.#view.setBigUint64(this.position + 1, BigInt.asUintN(64, value))
    this.position += 9
  }

  #room(bytes: number): void {
    const needed = this.position + bytes
    if (needed <= this.#buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(grown, 0, 0, this.position)
    this.#replace(grown)
  }

  #replace(buffer: Buffer<ArrayBuffer>): void {
    this.#buffer = buffer
    this.#view = viewOf(buffer)
  }
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
}
