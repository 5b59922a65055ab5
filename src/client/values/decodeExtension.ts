import type { Carrier } from './carrier.ts'
import { Code } from './codes.ts'
import { arrayOf } from './ndarray.ts'
import { Decimal, PlainDate, PlainDateTime, PlainTime, TimeDelta, Uuid } from './scalars.ts'
import { ArrowTable, type Column, DataFrame, Series } from './tables.ts'

/** What an extension is read with. */
export interface Reading {
  carrier: Carrier | undefined
  decode(bytes: Uint8Array): unknown
}

type Read = (payload: Buffer, reading: Reading) => unknown

const READERS: Record<number, Read> = {
  [Code.timestamp]: readTimestamp,
  [Code.set]: (payload, reading) => new Set(list(payload, reading)),
  [Code.dict]: (payload, reading) => pairs(list(payload, reading)),
  [Code.integer]: (payload) => readInteger(payload.toString()),
  [Code.float]: (payload) => payload.readDoubleBE(),
  [Code.decimal]: (payload) => new Decimal(payload.toString()),
  [Code.uuid]: (payload) => new Uuid(payload.toString()),
  [Code.date]: (payload) => new PlainDate(payload.toString()),
  [Code.datetime]: (payload) => new PlainDateTime(payload.toString()),
  [Code.time]: (payload) => new PlainTime(payload.toString()),
  [Code.timedelta]: (payload, reading) =>
    new TimeDelta(...(list(payload, reading) as [number, number, number])),
  [Code.ndarray]: (payload, reading) =>
    arrayOf(...(list(payload, reading) as [string, number[], Uint8Array])),
  [Code.dataframe]: (payload, reading) => {
    const [columns, index] = list(payload, reading) as [[string, Column][], Column | null]
    return new DataFrame(new Map(columns), index)
  },
  [Code.series]: (payload, reading) =>
    new Series(...(list(payload, reading) as [Column, string | null, Column | null])),
  [Code.arrow]: (payload, reading) => new ArrowTable(list(payload, reading)[0] as Uint8Array),
  [Code.handle]: (payload, reading) => {
    const { carrier } = reading
    const [id, type, text] = list(payload, reading) as [number, string, string]
    if (!carrier) throw new TypeError(`there is nobody to keep ${type}, which stays in Python`)
    return carrier.importHandle(id, type, text)
  },
  [Code.buffer]: importBuffer,
  [Code.message]: (payload, reading) => reading.decode(importBuffer(payload, reading)),
}

/** What an extension stands for. */
export function readExtension(code: number, payload: Buffer, reading: Reading): unknown {
  const read = READERS[code]
  if (!read) throw new RangeError(`the extension 0x${(code & 0xff).toString(16)} is not known`)
  return read(payload, reading)
}

function list(payload: Buffer, { decode }: Reading): unknown[] {
  const value = decode(payload)
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

function importBuffer(descriptor: Buffer, { carrier }: Reading): Uint8Array {
  if (!carrier?.importBuffer)
    throw new TypeError('its bytes are beside the message, where this session does not look')
  return carrier.importBuffer(descriptor)
}
