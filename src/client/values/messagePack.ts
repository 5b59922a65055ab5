import { Decoder, Encoder, ExtData } from '@msgpack/msgpack'
import { DEEPEST } from './codes.ts'

export { ExtData } from '@msgpack/msgpack'

/** What an extension stands for. */
export type ReadExtension = (code: number, payload: Buffer) => unknown

/** No text that was sent has half a surrogate pair: it stands for `__proto__`, which the library refuses as a key. */
const PROTO = '\ud800__proto__'

const keyDecoder = {
  canBeCached: (length: number) => length === '__proto__'.length,
  decode(bytes: Uint8Array, offset: number, length: number) {
    const key = bufferOf(bytes).toString('utf8', offset, offset + length)
    return key === '__proto__' ? PROTO : key
  },
}

const encoder = new Encoder({
  // Numbers beyond 32 bits come as bigint, so that they are sent as integers.
  useBigInt64: true,
  maxDepth: 2 * DEEPEST,
  extensionCodec: {
    tryToEncode: (object) => (object instanceof ExtData ? object : null),
    decode: () => null,
  },
})

/**
 * MessagePack of what it knows by itself, and of `ExtData`.
 *
 * @throws RangeError when it has more bytes than an array of bytes can have
 */
export function pack(value: unknown): Uint8Array {
  return encoder.encode(value)
}

/** Whoever is reading: to make a decoder takes longer than to read a small value with it. */
let reader: ReadExtension

const decoder = new Decoder({
  useBigInt64: true,
  keyDecoder,
  mapKeyConverter: textOf,
  extensionCodec: { tryToEncode: () => null, decode: (payload, code) => reader(code, payload as Buffer) },
})

/** @throws Error when the bytes are no MessagePack, or not just one value */
export function unpack(bytes: Uint8Array, readExtension: ReadExtension): unknown {
  const outer = reader
  reader = readExtension
  try {
    return restore(decoder.decode(bufferOf(bytes)))
  } catch (error) {
    // In the words of a DataView, or of the library.
    const isCut = /^(Offset is outside|Insufficient data)/.test((error as Error).message)
    throw isCut ? new RangeError('it ends too early', { cause: error }) : error
  } finally {
    reader = outer
  }
}

/** So that what is cut out of it is a `Buffer`, too. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function textOf(key: unknown): string {
  if (typeof key !== 'string') throw new RangeError('a key of a map is no string')
  return key
}

/** A number wherever one is exact, and `__proto__` under its own name. */
function restore(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (typeof value !== 'object' || value === null) return value
  if (depth > 2 * DEEPEST) throw new RangeError('it is nested too deep')
  if (Array.isArray(value)) restoreParts(value as unknown as Parts, value.keys(), depth)
  else if (Object.getPrototypeOf(value) === Object.prototype) return restoreObject(value as Parts, depth)
  return value
}

type Parts = Record<string | number, unknown>

function restoreParts(parts: Parts, keys: Iterable<string | number>, depth: number): void {
  for (const key of keys) {
    const part = parts[key]
    if (typeof part === 'bigint' || typeof part === 'object') parts[key] = restore(part, depth + 1)
  }
}

function restoreObject(object: Parts, depth: number): Parts {
  restoreParts(object, Object.keys(object), depth)
  if (!(PROTO in object)) return object
  return Object.fromEntries(
    Object.entries(object).map(([key, part]) => [key === PROTO ? '__proto__' : key, part]),
  )
}
