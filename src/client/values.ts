import { addExtension, type Options, Packr } from 'msgpackr'

// Plain MessagePack: no records, which only msgpackr reads.
// The types lag behind: 'auto' makes a number of what fits and a bigint of the rest.
const options = { useRecords: false, encodeUndefinedAsNil: true, int64AsType: 'auto' } as unknown as Options
const packr = new Packr(options)

// Python's encoder cannot write MessagePack's own timestamp with a fraction; see python/vitest_python/values.py.
addExtension({ type: 0x54, unpack: (data: Uint8Array) => readTimestamp(data) })

/** Payload of MessagePack's timestamp, 64 or 96 bits, to the millisecond. */
function readTimestamp(data: Uint8Array): Date {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  if (data.length === 12)
    return new Date(Number(view.getBigInt64(4)) * 1000 + Math.floor(view.getUint32(0) / 1e6))
  const packed = view.getBigUint64(0)
  return new Date(Number(packed & (2n ** 34n - 1n)) * 1000 + Math.floor(Number(packed >> 34n) / 1e6))
}

/**
 * Encodes arguments for Python.
 *
 * @throws TypeError naming the place of what cannot be sent: a function, a symbol, an integer beyond 64 bits, a cycle
 */
export function encode(value: unknown, place: string): Uint8Array {
  return packr.pack(prepare(value, place, 0))
}

/** Decodes a value that Python sent. */
export function decode(bytes: Uint8Array): unknown {
  return bytes.length === 0 ? undefined : packr.unpack(bytes)
}

/** Deeper nesting than this is a cycle, or beyond what Python's recursion bears. */
const DEEPEST = 500

/** Makes of a value what MessagePack keeps as it is. What needs no change is returned as it came, without a copy. */
function prepare(value: unknown, place: string, depth: number): unknown {
  switch (typeof value) {
    case 'number':
      // msgpackr would write integers beyond 32 bits as floats.
      return Number.isSafeInteger(value) && value !== (value | 0) ? BigInt(value) : value
    case 'bigint':
      if (value >= -(2n ** 63n) && value < 2n ** 64n) return value
      throw cannotSend(place, `the integer ${value}, which needs more than 64 bits,`)
    case 'function':
      throw cannotSend(place, `the function ${value.name || '(anonymous)'}`)
    case 'symbol':
      throw cannotSend(place, String(value))
    case 'object':
      if (depth > DEEPEST)
        throw cannotSend(place, `something nested more than ${DEEPEST} levels deep, or in itself,`)
      return value === null ? value : prepareObject(value, place, depth)
    default:
      return value
  }
}

function prepareObject(value: object, place: string, depth: number): unknown {
  if (Array.isArray(value)) return prepareArray(value, place, depth)
  if (value instanceof Set) return prepareArray([...value], place, depth)
  if (value instanceof Map) return prepareMap(value, place, depth)
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  const refused = refusalOf(value)
  if (refused !== undefined) throw cannotSend(place, refused)
  if (value instanceof Uint8Array || value instanceof Date) return value
  let changed: Record<string, unknown> | undefined
  for (const [key, before] of Object.entries(value)) {
    const after = prepare(before, `${place}.${key}`, depth + 1)
    if (Object.is(after, before)) continue
    changed ??= { ...value }
    changed[key] = after
  }
  return changed ?? value
}

function prepareArray(value: unknown[], place: string, depth: number): unknown[] {
  let changed: unknown[] | undefined
  for (const [index, before] of value.entries()) {
    const after = prepare(before, `${place}[${index}]`, depth + 1)
    if (Object.is(after, before)) continue
    changed ??= [...value]
    changed[index] = after
  }
  return changed ?? value
}

function prepareMap(value: Map<unknown, unknown>, place: string, depth: number): Map<unknown, unknown> {
  const entries = [...value].map(([key, part]): [unknown, unknown] => [
    prepare(key, `a key of ${place}`, depth + 1),
    prepare(part, `${place}.get(${String(key)})`, depth + 1),
  ])
  return new Map(entries)
}

/** What would lose its meaning on the way; `undefined` for all others. */
function refusalOf(value: object): string | undefined {
  if (ArrayBuffer.isView(value) && !(value instanceof Uint8Array)) {
    return `a ${value.constructor.name} (send Array.from(…) for numbers, or a Uint8Array for bytes)`
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : undefined
  for (const kind of [RegExp, Error, Promise, WeakMap, WeakSet]) {
    if (value instanceof kind) return `a ${value.constructor.name}`
  }
  return undefined
}

function cannotSend(place: string, what: string): TypeError {
  return new TypeError(`${place} is ${what} and cannot be sent to Python.`)
}
