import { withCode } from '../../support/errors.ts'
import { BIG, type Carrier } from './carrier.ts'
import { Code, DEEPEST } from './codes.ts'
import { encodeKnown } from './encodeKnown.ts'
import { extension, floatOf } from './extension.ts'
import { ExtData, pack } from './messagePack.ts'
import type { ValueEncoder } from './valueEncoder.ts'

/**
 * Encodes a value for Python; docs/values.md has the table.
 *
 * @param place what the value is called in an error: `args`
 * @param carrier for what cannot cross by value; default: such a thing is refused
 * @throws TypeError naming the place of what cannot be sent: a symbol, a promise, a cycle, …
 */
export function encode(value: unknown, place: string, carrier?: Carrier): Uint8Array {
  const message = pack(new Encoder(place, carrier).value(value))
  const descriptor = message.length < BIG ? undefined : carrier?.exportBuffer?.(message)
  return descriptor ? pack(new ExtData(Code.message, descriptor)) : message
}

/** Makes a value into what MessagePack knows, and extensions. `keys` leads to where it is. */
class Encoder implements ValueEncoder {
  readonly carrier: Carrier | undefined
  readonly #place: string
  readonly #keys: unknown[] = []
  #depth = 0

  constructor(place: string, carrier: Carrier | undefined) {
    this.#place = place
    this.carrier = carrier
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

  items(items: Iterable<unknown>, key: (index: number) => unknown = (index) => index): unknown[] {
    this.#enter()
    const made: unknown[] = []
    for (const item of items) {
      this.#keys[this.#depth] = key(made.length)
      made.push(this.value(item))
    }
    this.#depth--
    return made
  }

  object(value: object): object {
    this.#enter()
    const made: Record<string, unknown> = {}
    for (const key of Object.keys(value)) {
      this.#keys[this.#depth] = key
      this.#text(key, 'under a key with half a surrogate pair')
      const part = this.value((value as Record<string, unknown>)[key])
      // By assignment it would become the prototype.
      if (key === '__proto__') Object.defineProperty(made, key, { value: part, enumerable: true })
      else made[key] = part
    }
    this.#depth--
    return made
  }

  bytes(bytes: Uint8Array): unknown {
    const descriptor = bytes.length < BIG ? undefined : this.carrier?.exportBuffer?.(bytes)
    return descriptor ? new ExtData(Code.buffer, descriptor) : bytes
  }

  tuple(code: number, payload: readonly unknown[]): ExtData {
    return extension(
      code,
      payload.map((part) => this.value(part)),
    )
  }

  handle(id: number): ExtData {
    return extension(Code.handle, id)
  }

  refuse(what: string): TypeError {
    const keys = this.#keys.slice(1, this.#depth + 1).map(step)
    const why = `${this.#place}${keys.join('')} is ${what} and cannot be sent to Python.`
    return withCode('VALUE_UNSENDABLE', new TypeError(why))
  }

  #enter(): void {
    if (++this.#depth > DEEPEST) {
      this.#depth = 8
      throw this.refuse(`something nested more than ${DEEPEST} levels deep, or in itself,`)
    }
  }

  #text(text: string, what: string): string {
    if (!text.isWellFormed()) throw this.refuse(what)
    return text
  }

  #function(value: () => unknown): ExtData {
    const { carrier } = this
    const handle = carrier?.handleId(value)
    if (handle !== undefined) return this.handle(handle)
    if (!carrier) throw this.refuse(`the function ${value.name || '(anonymous)'}`)
    return this.tuple(Code.function, [carrier.exportFunction(value), value.name])
  }

  #object(value: object): unknown {
    if (Array.isArray(value)) return this.items(value)
    const prototype = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) return this.object(value)
    return encodeKnown(this, value)
  }
}

/** -0 and what is too big to be exact are floats. */
function numberOf(value: number): unknown {
  if (Object.is(value, -0)) return floatOf(value)
  const isLong = value > 0xffffffff || value < -0x80000000
  return isLong && Number.isSafeInteger(value) ? BigInt(value) : value
}

function step(key: unknown): string {
  if (typeof key === 'number') return `[${key}]`
  return typeof key === 'string' ? `.${key}` : String(key)
}
