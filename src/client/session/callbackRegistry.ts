import { inspect, types } from 'node:util'
import { type PythonError, scriptFrames } from '../errors/pythonError.ts'
import type { Answer, Callback, ScriptFailure } from '../gen/vitest_python/v1/bridge.ts'
import { CallbackVerb } from '../gen/vitest_python/v1/bridge.ts'

type Iterated = Iterable<unknown> | AsyncIterable<unknown>
// biome-ignore lint/suspicious/noExplicitAny: whatever the test hands over
type AnyFunction = (...args: any[]) => unknown
type Steps = Iterator<unknown> | AsyncIterator<unknown>

/** How values travel, and which exceptions of Python's own are known. */
export interface Translation {
  encode(value: unknown, place: string): Uint8Array
  decode(bytes: Uint8Array): unknown
  numberOf(error: unknown): number
}

/** The functions and iterables of a test that Python may use, by number. */
export class CallbackRegistry {
  readonly #translation: Translation
  readonly #functions: AnyFunction[] = []
  readonly #numbers = new Map<AnyFunction, number>()
  readonly #iterators = new Map<number, Steps>()
  readonly #thrown = new Map<number, unknown>()
  #last = 0

  constructor(translation: Translation) {
    this.#translation = translation
  }

  /** A number for `fn`; the same for the same function. */
  addFunction(fn: AnyFunction): number {
    const number = this.#numbers.get(fn) ?? ++this.#last
    this.#numbers.set(fn, number)
    this.#functions[number] = fn
    return number
  }

  /** A number for one passage through `iterable`. */
  addIterable(iterable: Iterated): number {
    this.#iterators.set(++this.#last, stepsOf(iterable))
    return this.#last
  }

  /** The last number that was given out. */
  get last(): number {
    return this.#last
  }

  /** Does what Python asks for; never rejects. */
  async answer(callback: Callback): Promise<Answer> {
    return { callback: callback.callback, kind: await this.#perform(callback).catch(this.#fail(callback)) }
  }

  /** What the function threw in this callback. */
  thrownIn(callback: number): unknown {
    return this.#thrown.get(callback)
  }

  /** Iterables with numbers beyond `after`, up to `upTo`, are read no more: their `finally` runs. */
  close(after = 0, upTo = this.#last): void {
    for (const [number, steps] of this.#iterators) {
      if (number <= after || number > upTo) continue
      this.#iterators.delete(number)
      // A `finally` that throws at once must not reach whoever closes.
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
    const [positional, keywords] = this.#translation.decode(data) as [unknown[], Record<string, unknown>]
    return fn(...positional, ...(Object.keys(keywords).length === 0 ? [] : [keywords]))
  }

  #value(value: unknown, target: number): Answer['kind'] {
    const name = this.#functions[target]?.name
    const place = name === undefined ? 'the item' : `the result of ${name || 'the function'}`
    return { $case: 'value', value: this.#translation.encode(value, place) }
  }

  #fail({ callback }: Callback): (error: unknown) => Answer['kind'] {
    return (error) => {
      this.#thrown.set(callback, error)
      return { $case: 'failure', value: describe(error, this.#translation.numberOf(error)) }
    }
  }
}

function stepsOf(iterable: Iterated): Steps {
  return Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]()
}

function describe(error: unknown, exception: number): ScriptFailure {
  // Of any realm: Jest gives each test file its own `Error`.
  if (!types.isNativeError(error)) return { name: 'Error', message: textOf(error), stack: '', exception }
  // Python knows the rest of its own exceptions; with it, each passage would double what they say.
  const stack = exception === 0 ? (error.stack ?? '') : scriptFrames(error as PythonError)
  return { name: error.name, message: error.message, stack, exception }
}

/** Not `String`, which throws for what has no prototype: a thrown thing must be answered, whatever it is. */
function textOf(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : inspect(thrown)
}
