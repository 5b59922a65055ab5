import { types } from 'node:util'
import { Decoder, Encoder, ExtData } from '@msgpack/msgpack'

export { ExtData } from '@msgpack/msgpack'

/** Reads an extension. */
export type ReadExtension = (code: number, payload: Buffer) => unknown

/** Stands for a value that is complete already, and that `unpack` must not look into again. */
export class Complete {
  readonly value: unknown
  constructor(value: unknown) {
    this.value = value
  }
}

/** Levels that `unpack` bears. Python's fast path sends up to 255; a deep value comes in parts of fewer. */
const MAX_LEVELS = 500

/** Stands for the key `__proto__`, which the library refuses. No text from Python has half a surrogate pair. */
const PROTO = '\ud800__proto__'

/** Node's own `Uint8Array`. The global one may be of another realm, as in jsdom, and so are the arrays of the library then. */
const NodeUint8Array = Object.getPrototypeOf(Buffer) as typeof Uint8Array

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
  maxDepth: MAX_LEVELS,
  extensionCodec: {
    tryToEncode: (object) => (object instanceof ExtData ? object : null),
    decode: () => null,
  },
})

/**
 * Packs values that MessagePack knows by itself, and `ExtData`.
 *
 * @throws RangeError if there are more bytes than one array can have
 */
export function pack(value: unknown): Uint8Array {
  const bytes = encoder.encode(value)
  return bytes instanceof NodeUint8Array ? bytes : bufferOf(bytes)
}

/** The reader of the call of `unpack` that is under way. One decoder serves all, since making one takes longer than reading a small value. */
let reader: ReadExtension

const decoder = new Decoder({
  useBigInt64: true,
  keyDecoder,
  mapKeyConverter: textOf,
  extensionCodec: {
    tryToEncode: () => null,
    decode: (payload, code) => reader(code, bufferOf(payload)),
  },
})

/** @throws Error if the bytes are not MessagePack, or not exactly one value */
export function unpack(bytes: Uint8Array, readExtension: ReadExtension): unknown {
  const outer = reader
  reader = readExtension
  try {
    return restore(decoder.decode(bufferOf(bytes)))
  } catch (error) {
    // The words of DataView, or of the library.
    const isCut = /^(Offset is outside|Insufficient data)/.test((error as Error).message)
    throw isCut ? new RangeError('it ends too early', { cause: error }) : error
  } finally {
    reader = outer
  }
}

/** The same bytes as a `Buffer`. If `Uint8Array` is foreign, the library makes foreign arrays even of a `Buffer`. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function textOf(key: unknown): string {
  if (typeof key !== 'string') throw new RangeError('a key of a map is no string')
  return key
}

/** Makes integers numbers if they are exact, bytes Buffers, and gives `__proto__` its own name. */
function restore(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_LEVELS) throw new RangeError('it is nested too deep')
  if (Array.isArray(value)) {
    restoreParts(value as unknown as Parts, value.keys(), depth)
    return value
  }
  if (Object.getPrototypeOf(value) === Object.prototype) return restoreObject(value as Parts, depth)
  if (value instanceof Complete) return value.value
  return types.isUint8Array(value) && !('dtype' in value) ? bufferOf(value) : value
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
