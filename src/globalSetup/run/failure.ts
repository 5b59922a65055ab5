import type { SetupFailure } from '../../client/lease/context.ts'
import { asSetupError } from '../../support/errors.ts'

/** If a project's pools could not be opened, its tests get this in their place. */
export function failureOf(error: unknown): SetupFailure {
  const { message, code } = asSetupError('PYTHON_START_FAILED', error)
  return { failure: message, code }
}
