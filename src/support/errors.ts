import type { ErrorCode } from './errorCodes.ts'
import { safeLines } from './text/safeText.ts'

/**
 * Gives an error its code. Test runners print names but not codes, so the name contains the code, as Node's names do:
 * `TypeError [VALUE_UNSENDABLE]`.
 *
 * @param below the stack starts at the caller of this function. Default: `withCode`
 */
export function withCode<E extends Error>(
  code: ErrorCode,
  error: E,
  below: (...args: never[]) => unknown = withCode,
): E & { readonly code: ErrorCode } {
  const named = Object.assign(error, { code, name: `${error.name} [${code}]` })
  // The first line of a stack holds the name that the error had when the stack was captured.
  Error.captureStackTrace(named, below)
  return named
}

/** The error itself if it is a `SetupError`; else a `SetupError` with this code and the error as its cause. */
export function asSetupError(code: ErrorCode, error: unknown): SetupError {
  return error instanceof SetupError
    ? error
    : new SetupError(code, (error as Error).message, { cause: error })
}

/**
 * A problem that you have to fix before Python can start. The message says what is wrong, where, and what to do. It may
 * quote the output of a program, so control characters and CI commands in it are made harmless.
 */
export class SetupError extends Error {
  override readonly name: string = 'SetupError'
  declare readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(safeLines(message), options)
    withCode(code, this, new.target as never)
  }
}
