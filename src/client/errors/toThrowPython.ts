/** What a matcher of Vitest or Jest gets as `this`. */
interface MatcherContext {
  isNot?: boolean
  promise?: string
  utils: { printExpected(value: unknown): string; printReceived(value: unknown): string }
}

interface MatcherResult {
  pass: boolean
  message(): string
}

/** What is asked of a `PythonError`; told by its fields, since a test may have loaded the class twice. */
interface Raised {
  message: string
  pythonType: string
  pythonBases: string[]
  pythonTraceback: string
}

/** Typed alike for every runner: `expect(promise).rejects.toThrowPython('ValueError', /negative/)`. */
export interface PythonMatchers {
  /**
   * Python raises an exception of that class or of one that inherits from it, with that message.
   * Expects a promise (with or without `rejects`), a function that is called, or the error itself. Await it.
   *
   * @param type name of the class, bare (`TooLong`) or qualified (`embeddings.TooLong`); default: any
   * @param message what the message contains or matches; default: any
   */
  toThrowPython(type?: string, message?: string | RegExp): Promise<void>
}

/** For `expect.extend({ toThrowPython })` of Vitest and of Jest. */
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
    const shown = error instanceof Error ? `${error.name}: ${error.message}` : this.utils.printReceived(error)
    return {
      pass: false,
      message: () => `Expected Python to raise ${expected}, but this is no exception of Python:\n\n${shown}`,
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
  return error instanceof Error && 'pythonType' in error
}

/** What a promise, a function or an error itself comes to. */
async function outcomeOf(received: unknown): Promise<{ error: unknown } | { value: unknown }> {
  if (received instanceof Error) return { error: received }
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
  return `${error.pythonType}${bases}: ${error.message}\n\n${error.pythonTraceback}`.trimEnd()
}
