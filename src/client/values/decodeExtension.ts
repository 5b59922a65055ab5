import { Code } from './codes.ts'
import type { Decoder } from './decode.ts'
import { arrayOf } from './ndarray.ts'
import { Decimal, PlainDate, PlainDateTime, PlainTime, TimeDelta, Uuid } from './scalars.ts'
import { ArrowTable, type Column, DataFrame, Series } from './tables.ts'

type Read = (decoder: Decoder, length: number) => unknown

const READERS: Record<number, Read> = {
  [Code.timestamp]: ({ reader }, length) => readTimestamp(reader.bytes(length)),
  [Code.set]: (decoder) => new Set(list(decoder)),
  [Code.dict]: (decoder) => pairs(list(decoder)),
  [Code.integer]: ({ reader }, length) => readInteger(reader.string(length)),
  [Code.decimal]: ({ reader }, length) => new Decimal(reader.string(length)),
  [Code.uuid]: ({ reader }, length) => new Uuid(reader.string(length)),
  [Code.date]: ({ reader }, length) => new PlainDate(reader.string(length)),
  [Code.datetime]: ({ reader }, length) => new PlainDateTime(reader.string(length)),
  [Code.time]: ({ reader }, length) => new PlainTime(reader.string(length)),
  [Code.timedelta]: (decoder) => new TimeDelta(...(list(decoder) as [number, number, number])),
  [Code.ndarray]: (decoder) => arrayOf(...(list(decoder) as [string, number[], Uint8Array])),
  [Code.dataframe]: (decoder) => {
    const [columns, index] = list(decoder) as [[string, Column][], Column | null]
    return new DataFrame(new Map(columns), index)
  },
  [Code.series]: (decoder) => new Series(...(list(decoder) as [Column, string | null, Column | null])),
  [Code.arrow]: (decoder) => new ArrowTable(list(decoder)[0] as Uint8Array),
  [Code.handle]: (decoder) => {
    const [id, type, text] = list(decoder) as [number, string, string]
    if (!decoder.carrier) throw new TypeError(`there is nobody to keep ${type}, which stays in Python`)
    return decoder.carrier.importHandle(id, type, text)
  },
  [Code.buffer]: (decoder, length) => importBuffer(decoder, length),
  [Code.message]: (decoder, length) => decoder.message(importBuffer(decoder, length)),
}

/** Reads the payload of an extension, which is `length` bytes long. */
export function readExtension(decoder: Decoder, code: number, length: number): unknown {
  const read = READERS[code]
  if (!read) throw new RangeError(`the extension 0x${code.toString(16)} is not known`)
  return read(decoder, length)
}

function list(decoder: Decoder): unknown[] {
  const value = decoder.value()
  if (!Array.isArray(value)) throw new RangeError('an extension holds no array')
  return value
}

function pairs(flat: unknown[]): Map<unknown, unknown> {
  if (flat.length % 2 === 1) throw new RangeError('a key of a dict has no value')
  const map = new Map()
  for (let index = 0; index < flat.length; index += 2) map.set(flat[index], flat[index + 1])
  return map
}

function readInteger(hexadecimal: string): bigint {
  const negative = hexadecimal.startsWith('-')
  const value = BigInt(`0x${negative ? hexadecimal.slice(1) : hexadecimal}`)
  return negative ? -value : value
}

/** Payload of MessagePack's own timestamp, 64 or 96 bits, to the millisecond. */
function readTimestamp(data: Buffer): Date {
  if (data.length === 12)
    return new Date(Number(data.readBigInt64BE(4)) * 1000 + Math.floor(data.readUInt32BE() / 1e6))
  const packed = data.readBigUInt64BE()
  return new Date(Number(packed & (2n ** 34n - 1n)) * 1000 + Math.floor(Number(packed >> 34n) / 1e6))
}

function importBuffer({ reader, carrier }: Decoder, length: number): Uint8Array {
  const descriptor = reader.bytes(length)
  if (!carrier?.importBuffer)
    throw new TypeError('its bytes are in shared memory, which this session does not read')
  return carrier.importBuffer(descriptor)
}
