import { types } from 'node:util'
import { LeaseError, PythonError, WorkerLostError } from '../client/errors.ts'

/** Classes that values from Python and errors of ours may be of. */
const BUILTINS = [
  ...['Object', 'Array', 'Map', 'Set', 'Date', 'ArrayBuffer', 'Error', 'TypeError', 'RangeError'],
  ...['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array'],
  ...['Uint32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'],
]
const ERRORS = { PythonError, WorkerLostError, LeaseError }

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
    const prototype = this.#prototypes.get(Object.getPrototypeOf(value))
    // No class that is known, or adopted already.
    if (!prototype) return value
    Object.setPrototypeOf(value, prototype)
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
  if (types.isNativeError(value))
    return [value.cause, (value as { errors?: unknown }).errors, (value as { arguments?: unknown }).arguments]
  return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value) || types.isDate(value)
    ? []
    : Object.values(value)
}
