import { types } from 'node:util'
import { Code } from './codes.ts'
import { extension, floatOf } from './extension.ts'
import { ExtData } from './messagePack.ts'
import { describeArray } from './ndarray.ts'
import { Decimal, Float, PlainDate, PlainDateTime, PlainTime, TimeDelta, Uuid } from './scalars.ts'
import { ArrowTable, DataFrame, Series } from './tables.ts'
import type { ValueEncoder } from './valueEncoder.ts'

const TEXTS = [
  [Decimal, Code.decimal],
  [Uuid, Code.uuid],
  [PlainDate, Code.date],
  [PlainDateTime, Code.datetime],
  [PlainTime, Code.time],
] as const

/** What an object is sent as that is neither an array nor plain. */
export function encodeKnown(encoder: ValueEncoder, value: object): unknown {
  const handle = encoder.carrier?.handleId(value)
  if (handle !== undefined) return encoder.handle(handle)
  // Not `instanceof`: each test file of Jest has built-in classes of its own.
  if (types.isMap(value)) return dictOf(encoder, value)
  if (types.isSet(value)) return extension(Code.set, encoder.items(value))
  if (types.isDate(value)) return new ExtData(Code.timestamp, timestamp(encoder, value))
  if (types.isAnyArrayBuffer(value)) return encoder.bytes(new Uint8Array(value))
  if (ArrayBuffer.isView(value)) return arrayOrBytes(encoder, value)
  if (value instanceof Float) return floatOf(value.value)
  if (value instanceof TimeDelta)
    return encoder.tuple(Code.timedelta, [value.days, value.seconds, value.microseconds])
  for (const [kind, code] of TEXTS) {
    if (value instanceof kind) return new ExtData(code, Buffer.from(value.text))
  }
  return tableOf(encoder, value) ?? instance(encoder, value)
}

/** Of a class of the user's: what it says it is, what it iterates over, or its own fields. */
function instance(encoder: ValueEncoder, value: object): unknown {
  const { toJSON } = value as { toJSON?: () => unknown }
  if (typeof toJSON === 'function') {
    const json = toJSON.call(value)
    return json === value ? encoder.object(value) : encoder.value(json)
  }
  if (Symbol.asyncIterator in value || Symbol.iterator in value) {
    if (!encoder.carrier) throw encoder.refuse(`an iterable (${nameOf(value)})`)
    return extension(Code.iterable, [encoder.carrier.exportIterable(value as Iterable<unknown>)])
  }
  // What the platform made has no fields of its own to show: promises, errors, blobs, weak maps.
  if (Object.prototype.toString.call(value) !== '[object Object]') {
    throw encoder.refuse(`a ${nameOf(value)}`)
  }
  return encoder.object(value)
}

function dictOf(encoder: ValueEncoder, map: Map<unknown, unknown>): ExtData {
  const flat: unknown[] = []
  for (const entry of map) flat.push(...entry)
  const step = (index: number) => (index % 2 === 0 ? '.keys()' : `.get(${String(flat[index - 1])})`)
  const items = encoder.items(flat, (index) => ({ toString: () => step(index) }))
  return extension(Code.dict, items)
}

/** The payload of MessagePack's own timestamp, in its longest form. */
function timestamp(encoder: ValueEncoder, date: Date): Uint8Array {
  const time = date.getTime()
  if (Number.isNaN(time)) throw encoder.refuse('an invalid Date')
  const seconds = Math.floor(time / 1000)
  const bytes = Buffer.alloc(12)
  bytes.writeUInt32BE((time - seconds * 1000) * 1_000_000)
  bytes.writeBigInt64BE(BigInt(seconds), 4)
  return bytes
}

function arrayOrBytes(encoder: ValueEncoder, view: ArrayBufferView): unknown {
  if (types.isUint8Array(view) && !('dtype' in view)) return encoder.bytes(view)
  const described = describeArray(view)
  if (!described) throw encoder.refuse(`a ${nameOf(view)}`)
  const elements = encoder.bytes(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
  return extension(Code.ndarray, [described.dtype, described.shape, elements])
}

function tableOf(encoder: ValueEncoder, value: object): ExtData | undefined {
  if (value instanceof DataFrame)
    return encoder.tuple(Code.dataframe, [
      [...value.columns].map(([name, column]) => [name, column]),
      value.index,
    ])
  if (value instanceof Series) return encoder.tuple(Code.series, [value.values, value.name, value.index])
  return value instanceof ArrowTable ? encoder.tuple(Code.arrow, [value.ipc]) : undefined
}

function nameOf(value: object): string {
  return value.constructor?.name || 'nameless object'
}
