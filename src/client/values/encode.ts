import { coded } from '../../process/errors.ts'
import { BIG, type Carrier, checkLength } from './carrier.ts'
import { Code, DEEPEST } from './codes.ts'
import { writeKnown } from './encodeKnown.ts'
import { Writer } from './writer.ts'

/** The writer at rest. A getter of the user's may encode while another value is being encoded. */
let spare: Writer | undefined

/**
 * Encodes a value for Python; docs/values.md has the table.
 *
 * @param place what the value is called in an error: `args`
 * @param carrier for what cannot cross by value; default: such a thing is refused
 * @throws TypeError naming the place of what cannot be sent: a symbol, a promise, a cycle, …
 */
export function encode(value: unknown, place: string, carrier?: Carrier): Uint8Array {
  const writer = spare ?? new Writer()
  spare = undefined
  try {
    new Encoder(writer, place, carrier).value(value)
    checkLength(writer.position, place)
    return carrier ? asBuffer(writer.take(), carrier) : writer.take()
  } finally {
    writer.reset()
    spare = writer
  }
}

function asBuffer(message: Uint8Array, carrier: Carrier): Uint8Array {
  const descriptor = message.length < BIG ? undefined : carrier.exportBuffer?.(message)
  if (!descriptor) return message
  const writer = new Writer()
  writer.extension(Code.message, descriptor)
  return writer.take()
}

/** Walks one value. `keys` leads to where it is. */
export class Encoder {
  readonly carrier: Carrier | undefined
  readonly writer: Writer
  readonly #place: string
  readonly #keys: unknown[] = []
  #depth = 0

  constructor(writer: Writer, place: string, carrier: Carrier | undefined) {
    this.writer = writer
    this.#place = place
    this.carrier = carrier
  }

  value(value: unknown): void {
    switch (typeof value) {
      case 'string':
        if (!this.writer.string(value)) throw this.refuse('a string with half a surrogate pair')
        return
      case 'number':
        // -0 and what is too big to be exact are floats.
        if (Number.isSafeInteger(value) && !Object.is(value, -0)) return this.writer.integer(value)
        return this.writer.float(value)
      case 'boolean':
        return this.writer.byte(value ? 0xc3 : 0xc2)
      case 'undefined':
        return this.writer.byte(0xc0)
      case 'bigint':
        return this.#bigint(value)
      case 'object':
        return value === null ? this.writer.byte(0xc0) : this.#object(value)
      case 'function':
        return this.#function(value as () => unknown)
      default:
        throw this.refuse(String(value))
    }
  }

  /** Elements in their order; `key` names one of them in an error. */
  items(items: Iterable<unknown>, key: (index: number) => unknown = (index) => index): void {
    this.#enter()
    let index = 0
    for (const item of items) {
      this.#keys[this.#depth] = key(index++)
      this.value(item)
    }
    this.#depth--
  }

  object(value: object): void {
    const keys = Object.keys(value)
    this.#enter()
    this.writer.map(keys.length)
    for (const key of keys) {
      this.#keys[this.#depth] = key
      if (!this.writer.string(key)) throw this.refuse('under a key with half a surrogate pair')
      this.value((value as Record<string, unknown>)[key])
    }
    this.#depth--
  }

  /** Bytes by the carrier where that is worth it, otherwise in the message. */
  bytes(bytes: Uint8Array): void {
    const descriptor = bytes.length < BIG ? undefined : this.carrier?.exportBuffer?.(bytes)
    if (descriptor) this.writer.extension(Code.buffer, descriptor)
    else this.writer.bytes(bytes)
  }

  /** @param payload the elements of an array */
  tuple(code: number, payload: readonly unknown[]): void {
    const start = this.writer.beginExtension(code)
    this.writer.array(payload.length)
    for (const part of payload) this.value(part)
    this.writer.endExtension(start)
  }

  refuse(what: string): TypeError {
    const keys = this.#keys.slice(1, this.#depth + 1).map(step)
    const why = `${this.#place}${keys.join('')} is ${what} and cannot be sent to Python.`
    return coded('VALUE_UNSENDABLE', new TypeError(why))
  }

  #enter(): void {
    if (++this.#depth > DEEPEST) {
      this.#depth = 8
      throw this.refuse(`something nested more than ${DEEPEST} levels deep, or in itself,`)
    }
  }

  #bigint(value: bigint): void {
    if (value >= -(2n ** 63n) && value < 2n ** 64n) return this.writer.bigint(value)
    this.writer.extension(Code.integer, Buffer.from(value.toString(16)))
  }

  #function(value: () => unknown): void {
    const { carrier } = this
    const handle = carrier?.handleId(value)
    if (handle !== undefined) return this.handle(handle)
    if (!carrier) throw this.refuse(`the function ${value.name || '(anonymous)'}`)
    this.tuple(Code.function, [carrier.exportFunction(value), value.name])
  }

  handle(id: number): void {
    const start = this.writer.beginExtension(Code.handle)
    this.writer.integer(id)
    this.writer.endExtension(start)
  }

  #object(value: object): void {
    if (Array.isArray(value)) {
      this.writer.array(value.length)
      return this.items(value)
    }
    const prototype = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) return this.object(value)
    writeKnown(this, value)
  }
}

function step(key: unknown): string {
  if (typeof key === 'number') return `[${key}]`
  return typeof key === 'string' ? `.${key}` : String(key)
}
