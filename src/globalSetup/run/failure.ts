import type { SetupFailure } from '../../client/lease/context.ts'
import { asSetupError } from '../../support/errors.ts'

/** What tests get in place of their pools, if those could not be opened. */
export function failureOf(error: unknown): SetupFailure {
  const { message, code } = asSetupError('PYTHON_START_FAILED', error)
  return { failure: message, code }
}
