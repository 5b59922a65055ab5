import type { ErrorCode } from '../../support/errorCodes.ts'
import { withCode } from '../../support/errors.ts'
import { PythonError } from './errors.ts'
import type { PythonFrame } from './pythonStack.ts'

/** Python did not answer within the `timeout` of a call. The stack begins at the line in which Python was interrupted. */
export class PythonTimeoutError extends Error {
  override readonly name: string = 'PythonTimeoutError'
  declare readonly code: ErrorCode
  /** The frames of the user's code, innermost first; empty if Python could not report them. */
  readonly pythonFrames: readonly PythonFrame[] = []
  /** Excerpt of the Python source. Vitest prints it between message and stack. */
  declare readonly codeFrame?: string
  /** The traceback of the interruption as Python prints it; absent if Python could not report it. */
  declare readonly pythonTraceback?: string

  constructor(message: string) {
    super(message)
    withCode('CALL_TIMEOUT', this, new.target as never)
  }
}

/** The standard library and installed packages. The line to look at is seldom in one of them. */
const LIBRARY = /\/(lib\/python3|site-packages|dist-packages)/

/**
 * @param timeout milliseconds
 * @param interrupted the exception that Python raised when it was interrupted, or the end of a worker that had to be killed
 */
export function timeoutError(
  name: string,
  timeout: number,
  interrupted: Error | undefined,
): PythonTimeoutError {
  const problem = `${name} did not answer within ${timeout} ms`
  if (!(interrupted instanceof PythonError)) {
    return new PythonTimeoutError(
      interrupted ? `${problem}. ${interrupted.message}` : `${problem} (timeout).`,
    )
  }
  const { pythonFrames, codeFrame } = interrupted
  const at = pythonFrames.find(({ file }) => !LIBRARY.test(file)) ?? pythonFrames[0]
  const place = at ? `; Python was in ${at.function} (${at.file}:${at.line})` : ''
  const error = Object.assign(new PythonTimeoutError(`${problem} (timeout)${place}.`), {
    pythonFrames,
    ...(codeFrame === undefined ? {} : { codeFrame }),
  })
  // Not enumerable, because runners print each property of an error.
  return Object.defineProperty(error, 'pythonTraceback', { value: interrupted.pythonTraceback })
}
