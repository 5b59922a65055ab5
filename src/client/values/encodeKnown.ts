import { types } from 'node:util'
import { Code } from './codes.ts'
import type { Encoder } from './encode.ts'
import { describeArray } from './ndarray.ts'
import { Decimal, Float, PlainDate, PlainDateTime, PlainTime, TimeDelta, Uuid } from './scalars.ts'
import { ArrowTable, DataFrame, Series } from './tables.ts'

const TEXTS = [
  [Decimal, Code.decimal],
  [Uuid, Code.uuid],
  [PlainDate, Code.date],
  [PlainDateTime, Code.datetime],
  [PlainTime, Code.time],
] as const

/** Writes an object that is neither an array nor plain. */
export function writeKnown(encoder: Encoder, value: object): void {
  const { writer, carrier } = encoder
  const handle = carrier?.handleId(value)
  if (handle !== undefined) return encoder.handle(handle)
  // Not `instanceof`: each test file of Jest has built-in classes of its own.
  if (types.isMap(value)) return writeMap(encoder, value)
  if (types.isSet(value)) return writeSet(encoder, value)
  if (types.isDate(value)) return writer.extension(Code.timestamp, timestamp(encoder, value))
  if (types.isAnyArrayBuffer(value)) return encoder.bytes(new Uint8Array(value))
  if (ArrayBuffer.isView(value)) return writeView(encoder, value)
  if (value instanceof Float) return writer.float(value.value)
  if (value instanceof TimeDelta)
    return encoder.tuple(Code.timedelta, [value.days, value.seconds, value.microseconds])
  for (const [kind, code] of TEXTS) {
    if (value instanceof kind) return writer.extension(code, Buffer.from(value.text))
  }
  if (writeTable(encoder, value)) return
  writeInstance(encoder, value)
}

/** Of a class of the user's: what it says it is, what it iterates over, or its own fields. */
function writeInstance(encoder: Encoder, value: object): void {
  const { toJSON } = value as { toJSON?: () => unknown }
  if (typeof toJSON === 'function') {
    const json = toJSON.call(value)
    return json === value ? encoder.object(value) : encoder.value(json)
  }
  if (Symbol.asyncIterator in value || Symbol.iterator in value) {
    if (!encoder.carrier) throw encoder.refuse(`an iterable (${nameOf(value)})`)
    const start = encoder.writer.beginExtension(Code.iterable)
    encoder.writer.array(1)
    encoder.writer.integer(encoder.carrier.exportIterable(value as Iterable<unknown>))
    return encoder.writer.endExtension(start)
  }
  // What the platform made has no fields of its own to show: promises, errors, blobs, weak maps.
  if (Object.prototype.toString.call(value) !== '[object Object]') {
    throw encoder.refuse(`a ${nameOf(value)}`)
  }
  encoder.object(value)
}

function writeMap(encoder: Encoder, map: Map<unknown, unknown>): void {
  const { writer } = encoder
  const start = writer.beginExtension(Code.dict)
  writer.array(map.size * 2)
  const flat: unknown[] = []
  for (const entry of map) flat.push(...entry)
  const step = (index: number) => (index % 2 === 0 ? '.keys()' : `.get(${String(flat[index - 1])})`)
  encoder.items(flat, (index) => ({ toString: () => step(index) }))
  writer.endExtension(start)
}

function writeSet(encoder: Encoder, set: Set<unknown>): void {
  const start = encoder.writer.beginExtension(Code.set)
  encoder.writer.array(set.size)
  encoder.items(set)
  encoder.writer.endExtension(start)
}

/** The payload of MessagePack's own timestamp, in its longest form. */
function timestamp(encoder: Encoder, date: Date): Uint8Array {
  const time = date.getTime()
  if (Number.isNaN(time)) throw encoder.refuse('an invalid Date')
  const seconds = Math.floor(time / 1000)
  const bytes = Buffer.alloc(12)
  bytes.writeUInt32BE((time - seconds * 1000) * 1_000_000)
  bytes.writeBigInt64BE(BigInt(seconds), 4)
  return bytes
}

function writeView(encoder: Encoder, view: ArrayBufferView): void {
  if (types.isUint8Array(view) && !('dtype' in view)) return encoder.bytes(view)
  const described = describeArray(view)
  if (!described) throw encoder.refuse(`a ${nameOf(view)}`)
  const { writer } = encoder
  const start = writer.beginExtension(Code.ndarray)
  writer.array(3)
  writer.string(described.dtype)
  encoder.value(described.shape)
  encoder.bytes(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
  writer.endExtension(start)
}

function writeTable(encoder: Encoder, value: object): boolean {
  if (value instanceof DataFrame)
    encoder.tuple(Code.dataframe, [[...value.columns].map(([name, column]) => [name, column]), value.index])
  else if (value instanceof Series) encoder.tuple(Code.series, [value.values, value.name, value.index])
  else if (value instanceof ArrowTable) encoder.tuple(Code.arrow, [value.ipc])
  else return false
  return true
}

function nameOf(value: object): string {
  return value.constructor?.name || 'nameless object'
}
