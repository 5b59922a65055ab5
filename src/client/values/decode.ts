import type { Carrier } from './carrier.ts'
import { type Reading, readExtension } from './decodeExtension.ts'
import { unpack } from './messagePack.ts'

/**
 * Decodes a value that Python sent.
 *
 * @param carrier makes references, and opens buffers beside the message; without it both are errors
 * @throws Error if the bytes are not MessagePack, or have an extension or a reference that cannot be read
 */
export function decode(bytes: Uint8Array, carrier?: Carrier): unknown {
  if (bytes.length === 0) return undefined
  const reading: Reading = {
    carrier,
    parts: [],
    decode: (inner) => unpack(inner, (code, payload) => readExtension(code, payload, reading)),
  }
  return reading.decode(bytes)
}
