import type { Carrier } from './carrier.ts'
import { readExtension } from './decodeExtension.ts'
import { unpack } from './messagePack.ts'

/**
 * Decodes a value that Python sent.
 *
 * @param carrier makes handles; default: a handle is an error
 * @throws Error when the bytes are no MessagePack, or have an extension or a handle that is not known
 */
export function decode(bytes: Uint8Array, carrier?: Carrier): unknown {
  if (bytes.length === 0) return undefined
  const reading = { carrier, decode: (inner: Uint8Array) => decode(inner, carrier) }
  return unpack(bytes, (code, payload) => readExtension(code, payload, reading))
}
