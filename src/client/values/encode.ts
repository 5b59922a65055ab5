import { withCode } from '../../support/errors.ts'
import { BIG, type Carrier } from './carrier.ts'
import { Code, MAX_DEPTH, PART_LEVELS } from './codes.ts'
import { encodeKnown } from './encodeKnown.ts'
import { extension, floatOf } from './extension.ts'
import { ExtData, pack } from './messagePack.ts'
import { placeOf } from './place.ts'
import type { ValueEncoder } from './valueEncoder.ts'

/** The name under which the arguments of a call are encoded. Their own array or object is not a level of any of them. */
const ARGUMENTS = 'args'

/** Results of `toJSON` within each other that one part may have. */
const MAX_INSTEADS = 2 * PART_LEVELS

/**
 * Encodes a value for Python; docs/values.md has the table.
 *
 * @param place the name of the value in an error: `args`
 * @param carrier takes functions, iterables, references and big buffers; without it, the first three are refused
 * @throws TypeError naming the place of a value that cannot be sent: a symbol, a promise, a cycle, …
 */
export function encode(value: unknown, place: string, carrier?: Carrier): Uint8Array {
  const message = new Encoder(place, carrier).pack(value)
  const descriptor = message.length < BIG ? undefined : carrier?.exportBuffer?.(message)
  return descriptor ? pack(new ExtData(Code.message, descriptor)) : message
}

/** A subtree below the last level of another part. Parts keep the recursion of both sides short. */
interface Part {
  value: object
  /** Levels above it. */
  depth: number
  above: Part | undefined
  /** From the beginning of `above` to this part. */
  keys: unknown[]
  /** The objects in `above` that contain this part. */
  ancestors: object[]
  /** How many of `keys` lead to each of them. */
  ancestorKeys: number[]
}

/** Turns values into those that MessagePack knows, and extensions. */
class Encoder implements ValueEncoder {
  readonly carrier: Carrier | undefined
  readonly #place: string
  readonly #parts: Part[] = []
  // Of the part that is being encoded.
  #part: Part | undefined
  #keys: unknown[] = []
  #ancestors: object[] = []
  #ancestorKeys: number[] = []
  #insteads = 0

  constructor(place: string, carrier: Carrier | undefined) {
    this.#place = place
    this.carrier = carrier
  }

  pack(value: unknown): Uint8Array {
    const root = this.value(value)
    const packed: Uint8Array[] = []
    // Parts that are found on the way are appended meanwhile.
    for (const part of this.#parts) {
      this.#part = part
      this.#keys = []
      this.#ancestors = []
      this.#ancestorKeys = []
      this.#insteads = 0
      packed.push(pack(this.#inside(part.value)))
    }
    return packed.length === 0 ? pack(root) : pack(extension(Code.deep, [pack(root), ...packed]))
  }

  value(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
        return this.#text(value, 'a string with half a surrogate pair')
      case 'number':
        return numberOf(value)
      case 'bigint':
        if (value >= -(2n ** 63n) && value < 2n ** 64n) return value
        return new ExtData(Code.integer, Buffer.from(value.toString(16)))
      case 'undefined':
      case 'boolean':
        return value
      case 'object':
        return value === null ? null : this.#object(value)
      case 'function':
        return this.#function(value as () => unknown)
      default:
        throw this.refuse(String(value))
    }
  }

  instead(value: unknown): unknown {
    if (++this.#insteads > MAX_INSTEADS) throw this.#tooDeep()
    const encoded = this.value(value)
    this.#insteads--
    return encoded
  }

  items(items: Iterable<unknown>, key: (index: number) => unknown = (index) => index): unknown[] {
    const made: unknown[] = []
    const at = this.#enter()
    for (const item of items) {
      this.#keys[at] = key(made.length)
      made.push(this.value(item))
    }
    this.#keys.pop()
    return made
  }

  object(value: object): object {
    const made: Record<string, unknown> = {}
    const at = this.#enter()
    for (const key of Object.keys(value)) {
      this.#keys[at] = key
      this.#text(key, 'under a key with half a surrogate pair')
      const part = this.value((value as Record<string, unknown>)[key])
      // By assignment it would become the prototype.
      if (key === '__proto__') Object.defineProperty(made, key, { value: part, enumerable: true })
      else made[key] = part
    }
    this.#keys.pop()
    return made
  }

  bytes(bytes: Uint8Array): unknown {
    const descriptor = bytes.length < BIG ? undefined : this.carrier?.exportBuffer?.(bytes)
    return descriptor ? new ExtData(Code.buffer, descriptor) : bytes
  }

  tuple(code: number, payload: readonly unknown[], key?: (index: number) => unknown): ExtData {
    return extension(code, this.items(payload, key))
  }

  reference(id: number): ExtData {
    return extension(Code.reference, id)
  }

  refuse(what: string): TypeError {
    const why = `${placeOf(this.#place, this.#path())} is ${what} and cannot be sent to Python.`
    return withCode('VALUE_UNSENDABLE', new TypeError(why))
  }

  /** Begins the members of an array or object. Returns the place of their key in `#keys`. */
  #enter(): number {
    if (this.#depth() >= MAX_DEPTH) throw this.#tooDeep()
    return this.#keys.push(undefined) - 1
  }

  #text(text: string, what: string): string {
    if (!text.isWellFormed()) throw this.refuse(what)
    return text
  }

  #function(value: () => unknown): ExtData {
    const { carrier } = this
    const reference = carrier?.referenceId(value)
    if (reference !== undefined) return this.reference(reference)
    if (!carrier) throw this.refuse(`the function ${value.name || '(anonymous)'}`)
    return this.tuple(Code.function, [carrier.exportFunction(value), value.name])
  }

  #object(value: object): unknown {
    if (this.#keys.length < PART_LEVELS) return this.#inside(value)
    this.#parts.push({
      value,
      depth: this.#depth(),
      above: this.#part,
      keys: [...this.#keys],
      ancestors: [...this.#ancestors],
      ancestorKeys: [...this.#ancestorKeys],
    })
    return extension(Code.part, this.#parts.length)
  }

  #inside(value: object): unknown {
    if (this.#ancestors.includes(value) || this.#part) this.#checkCycle(value)
    this.#ancestors.push(value)
    this.#ancestorKeys.push(this.#keys.length)
    const encoded = this.#encodeObject(value)
    this.#ancestors.pop()
    this.#ancestorKeys.pop()
    return encoded
  }

  #encodeObject(value: object): unknown {
    if (Array.isArray(value)) return this.items(value)
    return isPlain(value) ? this.object(value) : encodeKnown(this, value)
  }

  #checkCycle(value: object): void {
    let [above, keys, ancestors, ancestorKeys] = [this.#part, this.#keys, this.#ancestors, this.#ancestorKeys]
    for (;;) {
      const found = ancestors.indexOf(value)
      if (found >= 0) throw this.#cyclic([...pathTo(above), ...keys.slice(0, ancestorKeys[found])])
      if (!above) return
      ;({ above, keys, ancestors, ancestorKeys } = above)
    }
  }

  #cyclic(ancestor: unknown[]): TypeError {
    const depth = `nested more than ${MAX_DEPTH.toLocaleString('en')} levels deep`
    return this.refuse(`${placeOf(this.#place, ancestor)} again: a value that contains itself is ${depth}`)
  }

  #tooDeep(): TypeError {
    return this.refuse(`nested more than ${MAX_DEPTH.toLocaleString('en')} levels deep`)
  }

  #depth(): number {
    return (this.#part ? this.#part.depth : this.#place === ARGUMENTS ? -1 : 0) + this.#keys.length
  }

  #path(): unknown[] {
    return [...pathTo(this.#part), ...this.#keys]
  }
}

/** Whether a value is a plain object of any realm, such as that of a test file of Jest. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}

function pathTo(part: Part | undefined): unknown[] {
  return part ? [...pathTo(part.above), ...part.keys] : []
}

/** -0, and numbers too big to be exact, are floats. */
function numberOf(value: number): unknown {
  if (Object.is(value, -0)) return floatOf(value)
  const isLong = value > 0xffffffff || value < -0x80000000
  return isLong && Number.isSafeInteger(value) ? BigInt(value) : value
}
