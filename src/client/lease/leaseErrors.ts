import type { ErrorCode } from '../../support/errorCodes.ts'
import { LeaseError } from '../errors/errors.ts'
import type { Failure } from '../gen/vitest_python/v1/broker.ts'

/** The pool's own reason for which it grants no worker. */
export function refusalError({ message, code }: Failure): LeaseError {
  return new LeaseError(message, code === '' ? {} : { code: code as ErrorCode })
}

/** The broker cannot be reached, or is gone. */
export function connectionError(error: Error): LeaseError {
  return new LeaseError(
    `The connection to the run's main process failed: ${error.message}. ` +
      'No more workers can be leased. If that process has ended, the end of its output says why.',
    { cause: error },
  )
}

/** @param waited milliseconds */
export function timeoutError(waited: number): LeaseError {
  return new LeaseError(
    `The run's main process has not answered a lease request for ${waited} ms. ` +
      'Check whether it is stopped, or busy with a long synchronous task.',
  )
}
