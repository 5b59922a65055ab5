import { type Options, Packr } from 'msgpackr'

// Plain MessagePack: no records, which only msgpackr reads.
// The types lag behind: 'auto' makes a number of what fits and a bigint of the rest.
const options = { useRecords: false, encodeUndefinedAsNil: true, int64AsType: 'auto' } as unknown as Options
const packr = new Packr(options)

/** Encodes arguments for Python. */
export function encode(value: unknown): Uint8Array {
  return packr.pack(value)
}

/** Decodes a value that Python sent. */
export function decode(bytes: Uint8Array): unknown {
  return bytes.length === 0 ? undefined : packr.unpack(bytes)
}
