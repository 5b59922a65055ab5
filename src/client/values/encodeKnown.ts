import { types } from 'node:util'
import { Code } from './codes.ts'
import { extension, floatOf } from './extension.ts'
import { ExtData } from './messagePack.ts'
import { describeArray } from './ndarray.ts'
import { Decimal, Float, PlainDate, PlainDateTime, PlainTime, TimeDelta, Uuid } from './scalars.ts'
import { ArrowTable, type Column, DataFrame, Series } from './tables.ts'
import { Step, type ValueEncoder } from './valueEncoder.ts'

const TEXTS = [
  [Decimal, Code.decimal],
  [Uuid, Code.uuid],
  [PlainDate, Code.date],
  [PlainDateTime, Code.datetime],
  [PlainTime, Code.time],
] as const

/** Encodes an object that is neither an array nor plain. */
export function encodeKnown(encoder: ValueEncoder, value: object): unknown {
  const reference = encoder.carrier?.referenceId(value)
  if (reference !== undefined) return encoder.reference(reference)
  // Not `instanceof`: each test file of Jest has built-in classes of its own.
  if (types.isMap(value)) return dictOf(encoder, value)
  if (types.isSet(value)) return extension(Code.set, encoder.items(value))
  if (types.isDate(value)) return new ExtData(Code.timestamp, timestamp(encoder, value))
  if (types.isAnyArrayBuffer(value)) return encoder.bytes(new Uint8Array(value))
  if (ArrayBuffer.isView(value)) return arrayOrBytes(encoder, value)
  if (value instanceof Float) return floatOf(value.value)
  if (value instanceof TimeDelta)
    return extension(Code.timedelta, [value.days, value.seconds, value.microseconds])
  for (const [kind, code] of TEXTS) {
    if (value instanceof kind) return new ExtData(code, Buffer.from(value.text))
  }
  return tableOf(encoder, value) ?? instance(encoder, value)
}

/** Encodes an instance of a class of the user's: the result of its `toJSON`, its items, or its own fields. */
function instance(encoder: ValueEncoder, value: object): unknown {
  const { toJSON } = value as { toJSON?: () => unknown }
  if (typeof toJSON === 'function') {
    const json = toJSON.call(value)
    return json === value ? encoder.object(value) : encoder.instead(json)
  }
  if (Symbol.asyncIterator in value || Symbol.iterator in value) {
    if (!encoder.carrier) throw encoder.refuse(`an iterable (${nameOf(value)})`)
    return extension(Code.iterable, [encoder.carrier.exportIterable(value as Iterable<unknown>)])
  }
  if (isOfPlatform(value)) throw encoder.refuse(withArticle(nameOf(value)))
  return encoder.object(value)
}

/** Whether the platform made an object, so that it has no fields of its own to show: a promise, an error, a blob. */
function isOfPlatform(value: object): boolean {
  if (Object.prototype.toString.call(value) !== '[object Object]') return true
  // happy-dom does not name its classes there.
  const made = value.constructor
  if (!('window' in globalThis) || typeof made !== 'function') return false
  return (globalThis as Record<string, unknown>)[made.name] === made
}

function dictOf(encoder: ValueEncoder, map: Map<unknown, unknown>): ExtData {
  const flat: unknown[] = []
  for (const entry of map) flat.push(...entry)
  const step = (index: number) => (index % 2 === 0 ? '.keys()' : `.get(${String(flat[index - 1])})`)
  return encoder.tuple(Code.dict, flat, (index) => new Step(step(index)))
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
  if (!described) throw encoder.refuse(withArticle(nameOf(view)))
  const elements = encoder.bytes(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
  return extension(Code.ndarray, [described.dtype, described.shape, elements])
}

function tableOf(encoder: ValueEncoder, value: object): unknown {
  if (value instanceof TypedColumn) {
    return encoder.tuple(Code.column, [value.dtype, value.values], () => new Step(''))
  }
  if (value instanceof DataFrame) return dataFrameOf(encoder, value)
  if (value instanceof Series) return seriesOf(encoder, value)
  return value instanceof ArrowTable ? extension(Code.arrow, [encoder.bytes(value.ipc)]) : undefined
}

function dataFrameOf(encoder: ValueEncoder, frame: DataFrame<unknown>): ExtData {
  const names = [...frame.columns.keys()]
  const steps = ['.columns', '.index', '.indexNames', '.columnsNames']
  const payload = [names, frame.index, frame.indexNames, frame.columnsNames, ...frame.columns.values()]
  return encoder.tuple(
    Code.dataframe,
    payload.map(columnOf),
    (index) => new Step(steps[index] ?? `.columns.get(${String(names[index - steps.length])})`),
  )
}

function seriesOf(encoder: ValueEncoder, { values, name, index, indexNames }: Series<unknown>): ExtData {
  const steps = ['.values', '.name', '.index', '.indexNames']
  const payload = [values, name, index, indexNames].map(columnOf)
  return encoder.tuple(Code.series, payload, (at) => new Step(steps[at] ?? ''))
}

/** An array that has a dtype of pandas' own says so. */
function columnOf(column: unknown): unknown {
  const dtype = Array.isArray(column) ? (column as Partial<Column>).dtype : undefined
  return dtype === undefined ? column : new TypedColumn(dtype, column as unknown[])
}

class TypedColumn {
  readonly dtype: string
  readonly values: readonly unknown[]
  constructor(dtype: string, values: readonly unknown[]) {
    this.dtype = dtype
    this.values = values
  }
}

function nameOf(value: object): string {
  return value.constructor?.name || 'nameless object'
}

function withArticle(name: string): string {
  return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`
}
