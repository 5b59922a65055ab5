import type { ErrorCode } from '../../support/errorCodes.ts'
import { withCode } from '../../support/errors.ts'
import { PythonError } from './errors.ts'
import type { PythonFrame } from './pythonStack.ts'

/** Python did not answer in time. Its stack begins where Python was when it was interrupted. */
export class PythonTimeoutError extends Error {
  override readonly name: string = 'PythonTimeoutError'
  declare readonly code: ErrorCode
  /** The frames of the user's code, innermost first; empty where they could not be had. */
  readonly pythonFrames: PythonFrame[] = []
  /** Excerpt of the Python source; Vitest prints it between message and stack. */
  declare readonly codeFrame?: string

  constructor(message: string) {
    super(message)
    withCode('CALL_TIMEOUT', this, new.target as never)
  }
}

/** Python's own library and what was installed: seldom what the reader of a test looks for. */
const LIBRARY = /\/(lib\/python3|site-packages|dist-packages)/

/**
 * @param timeout milliseconds
 * @param interrupted what Python raised when it was interrupted, or how the worker ended that could not be
 */
export function timeoutError(
  name: string,
  timeout: number,
  interrupted: Error | undefined,
): PythonTimeoutError {
  const what = `${name} did not answer within ${timeout} ms`
  if (!(interrupted instanceof PythonError)) {
    return new PythonTimeoutError(interrupted ? `${what}. ${interrupted.message}` : `${what} (timeout).`)
  }
  const { pythonFrames, codeFrame } = interrupted
  const at = pythonFrames.find(({ file }) => !LIBRARY.test(file)) ?? pythonFrames[0]
  const where = at ? `; Python was in ${at.function} (${at.file}:${at.line})` : ''
  return Object.assign(new PythonTimeoutError(`${what} (timeout)${where}.`), {
    pythonFrames,
    ...(codeFrame === undefined ? {} : { codeFrame }),
  })
}
