import type { Carrier } from './carrier.ts'
import { DEEPEST } from './codes.ts'
import { readExtension } from './decodeExtension.ts'
import { Reader } from './reader.ts'

/**
 * Decodes a value that Python sent.
 *
 * @param carrier makes handles; default: a handle is an error
 * @throws Error when the bytes are no MessagePack, or have an extension or a handle that is not known
 */
export function decode(bytes: Uint8Array, carrier?: Carrier): unknown {
  if (bytes.length === 0) return undefined
  const decoder = new Decoder(new Reader(bytes), carrier)
  const value = decoder.value()
  if (!decoder.reader.atEnd) throw new RangeError('bytes follow its end')
  return value
}

/** Reads one value after the other. */
export class Decoder {
  readonly reader: Reader
  readonly carrier: Carrier | undefined
  #depth = 0

  constructor(reader: Reader, carrier: Carrier | undefined) {
    this.reader = reader
    this.carrier = carrier
  }

  value(): unknown {
    const { reader } = this
    const tag = reader.byte()
    if (tag < 0x80) return tag
    if (tag < 0x90) return this.#map(tag & 0x0f)
    if (tag < 0xa0) return this.array(tag & 0x0f)
    if (tag < 0xc0) return reader.string(tag & 0x1f)
    return tag >= 0xe0 ? tag - 0x100 : this.#tagged(tag)
  }

  /** A message inside of this one. */
  message(bytes: Uint8Array): unknown {
    return decode(bytes, this.carrier)
  }

  #tagged(tag: number): unknown {
    const { reader } = this
    if (tag >= 0xc4 && tag <= 0xc6) return reader.bytes(reader.unsigned(1 << (tag - 0xc4)))
    if (tag >= 0xc7 && tag <= 0xc9) return this.#extension(reader.unsigned(1 << (tag - 0xc7)))
    if (tag >= 0xcc && tag <= 0xce) return reader.unsigned(1 << (tag - 0xcc))
    if (tag >= 0xd0 && tag <= 0xd2) return reader.signed(1 << (tag - 0xd0))
    if (tag >= 0xd4 && tag <= 0xd8) return this.#extension(1 << (tag - 0xd4))
    if (tag >= 0xd9 && tag <= 0xdb) return reader.string(reader.unsigned(1 << (tag - 0xd9)))
    switch (tag) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xca:
        return reader.float(4)
      case 0xcb:
        return reader.float(8)
      case 0xcf:
        return reader.integer64(false)
      case 0xd3:
        return reader.integer64(true)
      case 0xdc:
      case 0xdd:
        return this.array(reader.unsigned(tag === 0xdc ? 2 : 4))
      case 0xde:
      case 0xdf:
        return this.#map(reader.unsigned(tag === 0xde ? 2 : 4))
    }
    throw new RangeError(`0x${tag.toString(16)} begins no value`)
  }

  array(length: number): unknown[] {
    this.#enter()
    const array = new Array(this.reader.expect(length))
    for (let index = 0; index < length; index++) array[index] = this.value()
    this.#depth--
    return array
  }

  #map(length: number): Record<string, unknown> {
    this.#enter()
    const object: Record<string, unknown> = {}
    for (let left = this.reader.expect(length); left > 0; left--) {
      const key = this.value()
      if (typeof key !== 'string') throw new RangeError('a key of a map is no string')
      const value = this.value()
      if (key !== '__proto__') object[key] = value
      else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
    }
    this.#depth--
    return object
  }

  #extension(length: number): unknown {
    const { reader } = this
    const code = reader.byte()
    const end = reader.position + reader.expect(length)
    this.#enter()
    const value = readExtension(this, code, length)
    this.#depth--
    if (reader.position !== end)
      throw new RangeError(`the extension 0x${code.toString(16)} has another length`)
    return value
  }

  #enter(): void {
    if (++this.#depth > 2 * DEEPEST) throw new RangeError('it is nested too deep')
  }
}
