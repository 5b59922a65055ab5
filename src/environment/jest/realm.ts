import { types } from 'node:util'
import * as ERRORS from '../../client/errors/classes.ts'
import { ArrowTable, DataFrame, Series } from '../../client/values/tables.ts'

/** Classes that values from Python and errors of ours may be of. */
const BUILTINS = [
  ...['Object', 'Array', 'Map', 'Set', 'Date', 'ArrayBuffer', 'Error', 'TypeError', 'RangeError'],
  ...['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array'],
  ...['Uint32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'],
]
/** Ours: the same in every file, and what is in them is not. */
const TABLES: unknown[] = [DataFrame, Series, ArrowTable].map(({ prototype }) => prototype)

type Globals = Record<string, { prototype: object } | undefined>

/**
 * The global object of a test file. Jest gives each file its own, so that what is made outside is of no class that
 * the file knows: `instanceof` and `toStrictEqual` fail.
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
      const prototype = Object.create(theirs['Error']?.prototype ?? Error.prototype)
      const inner = (() => {}) as unknown as { prototype: object }
      inner.prototype = prototype
      Object.defineProperties(inner, { name: { value: name } })
      const { constructor: _, ...members } = Object.getOwnPropertyDescriptors(own.prototype)
      Object.defineProperties(prototype, { ...members, constructor: { value: inner } })
      this.#prototypes.set(own.prototype, prototype)
      return [name, inner]
    })
    this.errors = Object.fromEntries(classes) as typeof ERRORS
  }

  /** Makes a value the file's own, with everything in it. In place: what comes from Python belongs to nobody else. */
  adopt<T>(value: T): T {
    if (typeof value !== 'object' || value === null) return value
    const own = Object.getPrototypeOf(value)
    const prototype = this.#prototypes.get(own)
    if (prototype) Object.setPrototypeOf(value, prototype)
    // No class that is known, or adopted already.
    else if (!TABLES.includes(own)) return value
    for (const part of partsOf(value)) this.adopt(part)
    return value
  }

  /** The same for what a promise gives, or rejects with. */
  adoptLater<T>(promise: Promise<T>): Promise<T> {
    return promise.then(
      (value) => this.adopt(value),
      (error) => {
        throw this.adopt(error)
      },
    )
  }
}

function partsOf(value: object): Iterable<unknown> {
  if (types.isMap(value)) return [...value].flat()
  if (types.isSet(value)) return value
  if (types.isNativeError(value)) return [value.cause, ...Object.values(value)]
  if (ArrayBuffer.isView(value)) return [value.buffer, (value as { shape?: unknown }).shape]
  return types.isAnyArrayBuffer(value) || types.isDate(value) ? [] : Object.values(value)
}
