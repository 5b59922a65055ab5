import type { Carrier } from './carrier.ts'
import { Code } from './codes.ts'
import { Complete } from './messagePack.ts'
import { arrayOf } from './ndarray.ts'
import { Decimal, PlainDate, PlainDateTime, PlainTime, TimeDelta, Uuid } from './scalars.ts'
import { ArrowTable, type Column, DataFrame, Series } from './tables.ts'

/** One message that is being read. */
export interface Reading {
  readonly carrier: Carrier | undefined
  /** The parts of a deep value that have been read, by number. */
  parts: unknown[]
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
    const [names, index, indexNames, columnsNames, ...columns] = list(payload, reading) as FrameParts
    const byName = names.map((name, number) => [name, columns[number]] as [unknown, Column])
    return new DataFrame(new Map(byName), index, { indexNames, columnsNames })
  },
  [Code.series]: (payload, reading) => {
    const [values, name, index, indexNames] = list(payload, reading) as SeriesParts
    return new Series(values, name, index, { indexNames })
  },
  [Code.column]: (payload, reading) => {
    const [dtype, values] = list(payload, reading) as [string, unknown[]]
    return new Complete(Object.defineProperty(values, 'dtype', { value: dtype, configurable: true }))
  },
  [Code.arrow]: (payload, reading) => new ArrowTable(list(payload, reading)[0] as Uint8Array),
  [Code.reference]: (payload, reading) => {
    const { carrier } = reading
    const [id, type, text, reason] = list(payload, reading) as [number, string, string, string | undefined]
    if (!carrier) throw new TypeError(`${type} stays in Python, and this call carries no references`)
    return carrier.importReference(id, type, text, reason)
  },
  [Code.buffer]: importBuffer,
  [Code.message]: (payload, reading) => new Complete(reading.decode(importBuffer(payload, reading))),
  [Code.deep]: readDeep,
  [Code.part]: readPart,
}

type FrameParts = [unknown[], Column | null, unknown[], unknown[], ...Column[]]
type SeriesParts = [Column, string | null, Column | null, unknown[]]

/** Reads an extension. @throws Error if the code is unknown, or the payload malformed */
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

/** The first part is the value; each part refers to later ones only. */
function readDeep(payload: Buffer, reading: Reading): Complete {
  const packed = list(payload, reading) as Uint8Array[]
  const outer = reading.parts
  const parts = new Array<unknown>(packed.length)
  reading.parts = parts
  try {
    for (let number = packed.length - 1; number >= 0; number--) {
      parts[number] = reading.decode(packed[number] as Uint8Array)
    }
    return new Complete(parts[0])
  } finally {
    reading.parts = outer
  }
}

function readPart(payload: Buffer, { parts, decode }: Reading): Complete {
  const number = decode(payload) as number
  const part = parts[number]
  if (part === undefined) throw new RangeError(`the part ${number} is not known`)
  return new Complete(part)
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

/** Reads MessagePack's own timestamp, 64 or 96 bits, to the millisecond. */
function readTimestamp(data: Buffer): Date {
  if (data.length === 12)
    return new Date(Number(data.readBigInt64BE(4)) * 1000 + Math.floor(data.readUInt32BE() / 1e6))
  const packed = data.readBigUInt64BE()
  return new Date(Number(packed & (2n ** 34n - 1n)) * 1000 + Math.floor(Number(packed >> 34n) / 1e6))
}

function importBuffer(descriptor: Buffer, { carrier }: Reading): Uint8Array {
  if (!carrier?.importBuffer)
    throw new TypeError('its bytes are beside the message, and this call does not look there')
  return carrier.importBuffer(descriptor)
}
