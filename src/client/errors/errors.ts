import type { ErrorCode } from '../../support/errorCodes.ts'
import { withCode } from '../../support/errors.ts'
import type { Caller } from './caller.ts'
import { stackOf } from './pythonError.ts'

export { PythonError, type PythonException } from './pythonError.ts'

/** The worker of this lease ended before the lease did. */
export class WorkerLostError extends Error {
  override readonly name: string = 'WorkerLostError'
  declare readonly code: ErrorCode

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    withCode('WORKER_LOST', this, new.target as never)
  }
}

/**
 * No worker could be leased; its code is that of the reason, by default `LEASE_FAILED`.
 * It has no frames: it comes from the pool, and no line of a test is at fault.
 */
export class LeaseError extends Error {
  override readonly name: string = 'LeaseError'
  declare readonly code: ErrorCode

  constructor(message: string, options?: ErrorOptions & { code?: ErrorCode }) {
    super(message, options)
    withCode(options?.code ?? 'LEASE_FAILED', this)
    this.stack = `${this.name}: ${message}`
  }
}

/** A call that has no answer, and not because Python raised. */
export class CallError extends Error {
  override readonly name: string = 'CallError'
  declare readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    withCode(code, this, new.target as never)
  }
}

/** Gives an error the stack of whoever called us, with Python's frames in front where it has some. */
export function pointAtCaller<E extends Error>(error: E, { stack = '' }: Caller): E {
  error.stack = stackOf(
    error,
    stack.split('\n').filter((line) => line.startsWith('    at ')),
  )
  return error
}
