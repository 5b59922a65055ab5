import { PythonError, type PythonException } from '../errors/errors.ts'
import type { PythonFailure } from '../gen/vitest_python/v1/bridge.ts'

/** The exceptions of a session. Python recognises its own ones by number when a callback throws them. */
export class Exceptions {
  readonly #numbers = new WeakMap<object, number>()

  /**
   * Makes the error of a failure.
   *
   * @param thrownIn returns the value that the test's function threw in a callback: the cause of the exception in Python
   */
  errorOf(failure: PythonFailure, thrownIn: (callback: number) => unknown): PythonError {
    const error = new PythonError(failure as PythonException)
    if (failure.number !== 0) this.#numbers.set(error, failure.number)
    let part: PythonFailure | undefined = failure
    let shown: Error | undefined = error
    for (; part && shown; part = part.cause, shown = shown.cause as Error | undefined) {
      if (part.callback !== 0 && shown.cause === undefined) shown.cause = thrownIn(part.callback)
    }
    return error
  }

  /** @returns the number of an exception that came from Python; 0 for any other value */
  numberOf(thrown: unknown): number {
    return this.#numbers.get(thrown as object) ?? 0
  }
}
