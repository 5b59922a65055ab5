import { isError } from './isError.ts'
import { titleOf } from './pythonStack.ts'

/** The `this` of a matcher in Vitest and Jest. */
interface MatcherContext {
  isNot?: boolean
  promise?: string
  utils: { printExpected(value: unknown): string; printReceived(value: unknown): string }
}

interface MatcherResult {
  pass: boolean
  message(): string
}

/** The fields by which a `PythonError` is recognised. A test may have loaded the class twice, so `instanceof` would not do. */
interface Raised {
  message: string
  pythonType: string
  pythonBases: readonly string[]
  pythonTraceback: string
}

/** The matchers of this package, the same for all runners. */
export interface PythonMatchers {
  /**
   * Asserts that Python raises an exception of this class, or of a class that inherits from it, with this message.
   * Pass a promise (with or without `rejects`), a function to call, or the error itself to `expect`, and await the result.
   *
   * @param type Name of the class, bare (`TooLong`) or qualified (`embeddings.TooLong`). Default: any class.
   * @param message Text that the message contains, or an expression that it matches. Default: any message.
   * @example
   * ```ts
   * await expect(python.call('tools.root', [-1])).toThrowPython('ValueError', /negative/)
   * ```
   */
  toThrowPython(type?: string, message?: string | RegExp): Promise<void>
}

/** The matcher for `expect.extend({ toThrowPython })` in Vitest and Jest. */
export async function toThrowPython(
  this: MatcherContext,
  received: unknown,
  type?: string,
  message?: string | RegExp,
): Promise<MatcherResult> {
  const thrown = this.promise === 'rejects' ? { error: received } : await outcomeOf(received)
  const expected = expectation(type, message)
  if (!('error' in thrown)) {
    return { pass: false, message: () => `Expected Python to raise ${expected}, but nothing was thrown.` }
  }
  const { error } = thrown
  if (!isRaised(error)) {
    const shown = isError(error) ? `${error.name}: ${error.message}` : this.utils.printReceived(error)
    return {
      pass: false,
      message: () => `Expected Python to raise ${expected}, but this is not a Python exception:\n\n${shown}`,
    }
  }
  const pass = isOfType(error, type) && hasMessage(error, message)
  const not = pass ? ' not' : ''
  return {
    pass,
    message: () => `Expected Python${not} to raise ${expected}, but it raised:\n\n${describe(error)}`,
  }
}

/** Whether the exception's class, or one that it inherits from, has this bare or qualified name. */
export function isOfType(
  error: Pick<Raised, 'pythonType' | 'pythonBases'>,
  type: string | undefined,
): boolean {
  if (type === undefined) return true
  return [error.pythonType, ...error.pythonBases].some((name) => name === type || name.endsWith(`.${type}`))
}

function hasMessage(error: Raised, message: string | RegExp | undefined): boolean {
  if (message === undefined) return true
  return typeof message === 'string' ? error.message.includes(message) : error.message.search(message) >= 0
}

function isRaised(error: unknown): error is Raised {
  return isError(error) && 'pythonType' in error
}

/** Waits for the outcome of a promise or a function. An error is its own outcome. */
async function outcomeOf(received: unknown): Promise<{ error: unknown } | { value: unknown }> {
  if (isError(received)) return { error: received }
  try {
    return { value: await (typeof received === 'function' ? received() : received) }
  } catch (error) {
    return { error }
  }
}

function expectation(type: string | undefined, message: string | RegExp | undefined): string {
  if (message === undefined) return type ?? 'an exception'
  const how = typeof message === 'string' ? `containing ${JSON.stringify(message)}` : `matching ${message}`
  return `${type ?? 'an exception'} with a message ${how}`
}

function describe(error: Raised): string {
  const bases = error.pythonBases.length > 0 ? ` (${error.pythonBases.join(' < ')})` : ''
  const name = `${error.pythonType}${bases}`
  return `${titleOf({ name, message: error.message })}\n\n${error.pythonTraceback}`.trimEnd()
}
