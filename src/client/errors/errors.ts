import type { ErrorCode } from '../../support/errorCodes.ts'
import { withCode } from '../../support/errors.ts'
import type { Caller } from './caller.ts'
import { stackOf } from './pythonStack.ts'

export { PythonError, type PythonException } from './pythonError.ts'

/** The worker of a lease ended before the lease did: it crashed, exited or was killed. */
export class WorkerLostError extends Error {
  override readonly name: string = 'WorkerLostError'
  declare readonly code: ErrorCode

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    withCode('WORKER_LOST', this, new.target as never)
  }
}

/**
 * No worker could be leased. The `code` is that of the reason, by default `LEASE_FAILED`.
 * The stack has no frames, because the pool refused the lease and no line of the test is at fault.
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

/** A call that got no answer although Python raised no exception: it was aborted, unreadable, or too late. */
export class CallError extends Error {
  override readonly name: string = 'CallError'
  declare readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    withCode(code, this, new.target as never)
  }
}

/** Gives an error the stack of the call in the test, with Python's frames in front if it has some. */
export function pointAtCaller<E extends Error>(error: E, { stack = '' }: Caller): E {
  error.stack = stackOf(
    error,
    stack.split('\n').filter((line) => line.startsWith('    at ')),
  )
  return error
}
