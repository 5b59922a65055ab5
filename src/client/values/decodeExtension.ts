import { types } from 'node:util'
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
    new TimeDelta(...parts<[number, number, number]>(payload, reading, 3)),
  [Code.ndarray]: (payload, reading) =>
    arrayOf(...parts<[string, number[], Uint8Array]>(payload, reading, 3)),
  [Code.dataframe]: (payload, reading) => {
    const [names, index, indexNames, columnsNames, ...columns] = parts<FrameParts>(payload, reading, 4)
    if (!Array.isArray(names)) throw new RangeError('a data frame has no list of names')
    const byName = names.map((name, number) => [name, columns[number]] as [unknown, Column])
    return new DataFrame(new Map(byName), index, { indexNames, columnsNames })
  },
  [Code.series]: (payload, reading) => {
    const [values, name, index, indexNames] = parts<SeriesParts>(payload, reading, 4)
    return new Series(values, name, index, { indexNames })
  },
  [Code.column]: (payload, reading) => {
    const [dtype, values] = parts<[string, unknown[]]>(payload, reading, 2)
    return new Complete(Object.defineProperty(values, 'dtype', { value: dtype, configurable: true }))
  },
  [Code.arrow]: (payload, reading) => new ArrowTable(...parts<[Uint8Array]>(payload, reading, 1)),
  [Code.reference]: (payload, reading) => {
    const { carrier } = reading
    const [id, type, text, reason] = parts<ReferenceParts>(payload, reading, 3)
    if (!carrier) throw new TypeError(`${type} stays in Python, and this call carries no references`)
    return carrier.importReference(id, type, text, reason)
  },
  [Code.buffer]: importBuffer,
  [Code.message]: (payload, reading) => new Complete(reading.decode(importBuffer(payload, reading))),
  [Code.deep]: readDeep,
  [Code.part]: readPart,
}

type FrameParts = [unknown[], Column | null, unknown[], unknown[], ...Column[]]
type ReferenceParts = [number, string, string, string | undefined]
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

/** A list that has these parts, and perhaps further ones. */
function parts<T extends unknown[]>(payload: Buffer, reading: Reading, count: number): T {
  const values = list(payload, reading)
  if (values.length < count) throw new RangeError(`an extension holds ${values.length} parts of ${count}`)
  return values as T
}

/** The first part is the value; each part refers to later ones only. */
function readDeep(payload: Buffer, reading: Reading): Complete {
  const packed = list(payload, reading)
  const outer = reading.parts
  const read = new Array<unknown>(packed.length)
  reading.parts = read
  try {
    for (let number = packed.length - 1; number >= 0; number--) {
      const bytes = packed[number]
      if (!types.isUint8Array(bytes)) throw new RangeError('a part of a deep value holds no bytes')
      read[number] = reading.decode(bytes)
    }
    return new Complete(read[0])
  } finally {
    reading.parts = outer
  }
}

function readPart(payload: Buffer, { parts: known, decode }: Reading): Complete {
  const number = decode(payload) as number
  const part = known[number]
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
