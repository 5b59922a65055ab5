import type { ErrorCode } from './errorCodes.ts'

/** Something the user has to set right before Python can start. The message says what is wrong, where, and what to do. */
export class SetupError extends Error {
  override readonly name = 'SetupError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
