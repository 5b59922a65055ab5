import type { ErrorCode } from './errorCodes.ts'

/**
 * Gives an error its code. Runners print names and no codes, so the name shows it as those of Node do:
 * `TypeError [VALUE_UNSENDABLE]`.
 *
 * @param below function whose callers the stack shows. Default: this one
 */
export function withCode<E extends Error>(
  code: ErrorCode,
  error: E,
  below: (...args: never[]) => unknown = withCode,
): E & { readonly code: ErrorCode } {
  const named = Object.assign(error, { code, name: `${error.name} [${code}]` })
  // The first line of a stack is the name of that moment.
  Error.captureStackTrace(named, below)
  return named
}

/** What kept something from starting, with a code in any case. */
export function asSetupError(code: ErrorCode, error: unknown): SetupError {
  return error instanceof SetupError
    ? error
    : new SetupError(code, (error as Error).message, { cause: error })
}

/** Something the user has to set right before Python can start. The message says what is wrong, where, and what to do. */
export class SetupError extends Error {
  override readonly name: string = 'SetupError'
  declare readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    withCode(code, this, new.target as never)
  }
}
