import { types } from 'node:util'
import * as ERRORS from '../../client/errors/classes.ts'
import { ArrowTable, DataFrame, Series } from '../../client/values/tables.ts'

/** The built-in classes of the values that come from Python, and of errors. */
const BUILTINS = [
  ...['Object', 'Array', 'Map', 'Set', 'Date', 'Promise', 'ArrayBuffer', 'Error', 'TypeError', 'RangeError'],
  ...['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array'],
  ...['Uint32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'],
]
/** Classes of ours that every file shares. The values in their instances are adopted all the same. */
const TABLES: unknown[] = [DataFrame, Series, ArrowTable].map(({ prototype }) => prototype)

type Globals = Record<string, { prototype: object } | undefined>

/**
 * The global object of a test file. Jest gives each file its own, so an object that is made outside is an instance of no
 * class that the file knows: `instanceof` and `toStrictEqual` fail, unless the realm adopts it.
 */
export class Realm {
  /** Our error classes, as subclasses of the file's own `Error`. */
  readonly errors: typeof ERRORS
  readonly #prototypes = new Map<unknown, object>()

  constructor(global: object) {
    const theirs = global as Globals
    for (const name of BUILTINS) {
      const own = (globalThis as unknown as Globals)[name]?.prototype
      const other = theirs[name]?.prototype
      if (own && other && own !== other) this.#prototypes.set(own, other)
    }
    const classes = Object.entries(ERRORS).map(([name, own]) => {
      const adopted = subclassOf(theirs['Error']?.prototype ?? Error.prototype, name, own.prototype)
      this.#prototypes.set(own.prototype, adopted.prototype)
      return [name, adopted]
    })
    this.errors = Object.fromEntries(classes) as typeof ERRORS
  }

  /** Makes a value, and every value in it, an instance of the file's own classes. Changes it in place. */
  adopt<T>(value: T): T {
    if (typeof value !== 'object' || value === null) return value
    const own = Object.getPrototypeOf(value)
    const prototype = this.#prototypes.get(own)
    if (prototype) Object.setPrototypeOf(value, prototype)
    // Its class is unknown, or the value is adopted already.
    else if (!TABLES.includes(own)) return value
    for (const part of partsOf(value)) this.adopt(part)
    return value
  }

  /** Adopts a promise, and its value or its error. */
  adoptLater<T>(promise: Promise<T>): Promise<T> {
    const adopted = promise.then(
      (value) => this.adopt(value),
      (error) => {
        throw this.adopt(error)
      },
    )
    return this.adopt(adopted)
  }
}

/** Makes a class below another realm's `Error`, with the members of one of ours. */
function subclassOf(base: object, name: string, own: object): { prototype: object } {
  const prototype = Object.create(base)
  const made = (() => {}) as unknown as { prototype: object }
  made.prototype = prototype
  Object.defineProperties(made, { name: { value: name } })
  const { constructor: _, ...members } = Object.getOwnPropertyDescriptors(own)
  Object.defineProperties(prototype, { ...members, constructor: { value: made } })
  return made
}

function partsOf(value: object): Iterable<unknown> {
  if (types.isMap(value)) return [...value].flat()
  if (types.isSet(value)) return value
  if (types.isNativeError(value)) return [value.cause, ...Object.values(value)]
  if (ArrayBuffer.isView(value)) return [value.buffer, (value as { shape?: unknown }).shape]
  return types.isAnyArrayBuffer(value) || types.isDate(value) ? [] : Object.values(value)
}
