import { inspect } from 'node:util'
import { isError } from '../errors/isError.ts'
import { type PythonError, scriptFrames } from '../errors/pythonError.ts'
import type { Answer, Callback, ScriptFailure } from '../gen/vitest_python/v1/bridge.ts'
import { CallbackVerb } from '../gen/vitest_python/v1/bridge.ts'

type Iterated = Iterable<unknown> | AsyncIterable<unknown>
// biome-ignore lint/suspicious/noExplicitAny: the test passes functions of any type
type AnyFunction = (...args: any[]) => unknown
type Steps = Iterator<unknown> | AsyncIterator<unknown>

/** Encodes and decodes the values of callbacks, and knows the exceptions that came from Python. */
export interface CallbackCodec {
  encode(value: unknown, place: string): Uint8Array
  decode(bytes: Uint8Array): unknown
  /** @returns the number of an exception that came from Python; 0 for any other value */
  numberOf(thrown: unknown): number
}

/** The functions and iterables of a test that Python may use, by their numbers. */
export class CallbackRegistry {
  readonly #codec: CallbackCodec
  readonly #functions: AnyFunction[] = []
  readonly #numbers = new Map<AnyFunction, number>()
  readonly #iterators = new Map<number, Steps>()
  readonly #thrown = new Map<number, unknown>()
  #last = 0

  constructor(codec: CallbackCodec) {
    this.#codec = codec
  }

  /** @returns the number of `fn`, always the same one */
  addFunction(fn: AnyFunction): number {
    const number = this.#numbers.get(fn) ?? ++this.#last
    this.#numbers.set(fn, number)
    this.#functions[number] = fn
    return number
  }

  /** @returns a number for one iteration over `iterable` */
  addIterable(iterable: Iterated): number {
    this.#iterators.set(++this.#last, stepsOf(iterable))
    return this.#last
  }

  /** The highest number in use. */
  get last(): number {
    return this.#last
  }

  /** Calls the function, or reads the iterable, that Python asks for. Never rejects. */
  async answer(callback: Callback): Promise<Answer> {
    return { callback: callback.callback, kind: await this.#perform(callback).catch(this.#fail(callback)) }
  }

  /** Name of the function that a callback calls; empty if it has none. */
  nameOf({ target }: Callback): string {
    return this.#functions[target]?.name ?? ''
  }

  /** The value that the function threw in this callback. */
  thrownIn(callback: number): unknown {
    return this.#thrown.get(callback)
  }

  /** Ends the iterables with numbers above `after` and up to `upTo`, so that their `finally` blocks run. */
  close(after = 0, upTo = this.#last): void {
    for (const [number, steps] of this.#iterators) {
      if (number <= after || number > upTo) continue
      this.#iterators.delete(number)
      // An error that a `finally` throws at once must not reach the caller.
      void Promise.resolve()
        .then(() => steps.return?.())
        .catch(() => {})
    }
  }

  async #perform({ target, verb, arguments: data }: Callback): Promise<Answer['kind']> {
    if (verb === CallbackVerb.INVOKE) return this.#value(await this.#invoke(target, data), target)
    if (verb === CallbackVerb.CLOSE) this.close(target - 1, target)
    const step = await this.#iterators.get(target)?.next()
    if (step && !step.done) return this.#value(step.value, target)
    this.#iterators.delete(target)
    return { $case: 'end', value: {} }
  }

  #invoke(target: number, data: Uint8Array): unknown {
    const fn = this.#functions[target]
    if (!fn) throw new Error(`Python called function ${target}, which this lease does not know.`)
    const [positional, keywords] = this.#codec.decode(data) as [unknown[], Record<string, unknown>]
    return fn(...positional, ...(Object.keys(keywords).length === 0 ? [] : [keywords]))
  }

  #value(value: unknown, target: number): Answer['kind'] {
    const name = this.#functions[target]?.name
    const place = name === undefined ? 'the item' : `the result of ${name || 'the function'}`
    return { $case: 'value', value: this.#codec.encode(value, place) }
  }

  #fail({ callback }: Callback): (error: unknown) => Answer['kind'] {
    return (error) => {
      this.#thrown.set(callback, error)
      return { $case: 'failure', value: describe(error, this.#codec.numberOf(error)) }
    }
  }
}

function stepsOf(iterable: Iterated): Steps {
  return Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]()
}

function describe(error: unknown, exception: number): ScriptFailure {
  if (!isError(error)) return { name: 'Error', message: textOf(error), stack: '', exception }
  // Python knows its own frames. If they were sent back, each round trip would double them.
  const stack = exception === 0 ? (error.stack ?? '') : scriptFrames(error as PythonError)
  return { name: error.name, message: error.message, stack, exception }
}

/** `String` would throw for an object without prototype, and every thrown value needs an answer. */
function textOf(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : inspect(thrown)
}
