import { withCode } from '../../support/errors.ts'

type Numbers =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array

/**
 * A numpy array: a typed array of its elements in C order, and two properties that do not enumerate.
 *
 * `float16` is a `Float32Array`, `bool` a `Uint8Array` of 0 and 1, `complex64` and `complex128` have the real
 * and the imaginary part of each element one after the other, `datetime64[…]` and `timedelta64[…]` are a
 * `BigInt64Array` of their unit.
 */
export type NdArray<T extends Numbers = Numbers> = T & {
  /** Name of numpy's dtype. */
  readonly dtype: string
  /** Length of each dimension. */
  readonly shape: readonly number[]
}

/** The name of the typed array that holds a dtype. */
const KINDS = new Map([
  ['int8', 'Int8Array'],
  ['uint8', 'Uint8Array'],
  ['int16', 'Int16Array'],
  ['uint16', 'Uint16Array'],
  ['int32', 'Int32Array'],
  ['uint32', 'Uint32Array'],
  ['int64', 'BigInt64Array'],
  ['uint64', 'BigUint64Array'],
  ['float32', 'Float32Array'],
  ['float64', 'Float64Array'],
  // A typed array doesn't imply the following dtypes.
  ['bool', 'Uint8Array'],
  ['float16', 'Float32Array'],
  ['complex64', 'Float32Array'],
  ['complex128', 'Float64Array'],
] as const)
type KindName = typeof KINDS extends Map<unknown, infer Name> ? Name : never
/** The dtype that a typed array implies. A `Uint8Array` without a shape is bytes. */
const DTYPES = new Map<string, string>([...KINDS].slice(0, 10).map(([dtype, kind]) => [kind, dtype]))
DTYPES.set('Uint8ClampedArray', 'uint8')

function unfit(why: string): TypeError {
  return withCode('ARGUMENTS_INVALID', new TypeError(why), unfit)
}

function kindOf(dtype: string): KindName {
  const kinds: ReadonlyMap<string, KindName> = KINDS
  const kind = /^(datetime|timedelta)64\[/.test(dtype) ? 'BigInt64Array' : kinds.get(dtype)
  if (!kind) throw unfit(`'${dtype}' is no dtype that a typed array can hold.`)
  return kind
}

/**
 * Gives a typed array the shape that it has in Python, and the dtype if the typed array doesn't imply it.
 *
 * @param shape length of each dimension; default: one dimension
 * @param dtype default: that of the typed array (`Float64Array`: `'float64'`)
 * @throws TypeError if the dtype needs another typed array, or the shape another number of elements
 */
export function ndarray<T extends Numbers>(
  data: T,
  shape: readonly number[] = [data.length],
  dtype = DTYPES.get(data[Symbol.toStringTag]) ?? '',
): NdArray<T> {
  const kind = kindOf(dtype)
  // By its name: Jest's test files have typed arrays of their own.
  const name = data[Symbol.toStringTag]
  if (name !== kind && !(name === 'Uint8ClampedArray' && dtype === 'uint8'))
    throw unfit(`An array of ${dtype} is a ${kind}, not a ${name}.`)
  const parts = dtype.startsWith('complex') ? 2 : 1
  const elements = shape.reduce((product, length) => product * length, parts)
  if (elements !== data.length || shape.some((length) => !Number.isInteger(length) || length < 0)) {
    throw unfit(`The shape [${shape.join(', ')}] of ${dtype} does not fit ${data.length} elements.`)
  }
  const property = (value: unknown) => ({ value, configurable: true })
  return Object.defineProperties(data, { shape: property([...shape]), dtype: property(dtype) }) as NdArray<T>
}

/** Returns dtype and shape of a typed array; `undefined` for a `DataView`. */
export function describeArray(
  data: ArrayBufferView,
): { dtype: string; shape: readonly number[] } | undefined {
  const { dtype, shape } = data as NdArray
  const known = typeof dtype === 'string' ? dtype : DTYPES.get((data as NdArray)[Symbol.toStringTag])
  return known === undefined
    ? undefined
    : { dtype: known, shape: Array.isArray(shape) ? shape : [(data as NdArray).length] }
}

/** @param bytes little-endian, in C order; memory of its own */
export function arrayOf(dtype: string, shape: readonly number[], bytes: Uint8Array): NdArray {
  const kind = kindOf(dtype)
  // A typed array starts at a multiple of its elements' size.
  const own =
    bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes)
  // Looked up now: jsdom replaces these classes, and test files may share a process.
  const { [kind]: Kind, ArrayBuffer: Memory } = globalThis
  const memory = own.buffer as ArrayBuffer
  if (!(memory instanceof Memory)) Object.setPrototypeOf(memory, Memory.prototype)
  return ndarray(new Kind(memory) as Numbers, shape, dtype)
}
