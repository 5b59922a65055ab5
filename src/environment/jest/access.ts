import { SetupError } from '../../support/errors.ts'
import { ACCESS, type JestAccess } from './accessKey.ts'

export { toThrowPython } from '../../client/errors/toThrowPython.ts'

const access = (globalThis as { [ACCESS]?: JestAccess })[ACCESS]
if (!access) {
  throw new SetupError(
    'NOT_CONFIGURED',
    'vitest-environment-python/jest can be imported only in a Jest test file that runs in its environment. ' +
      "Add preset: 'vitest-environment-python' to the Jest configuration, without a testEnvironment beside it, which " +
      'would replace that of the preset, or begin the file with ' +
      '/** @jest-environment vitest-environment-python/jest/environment */.',
  )
}
// A file that imports this is about to use Python.
access.prefetch()

export const { python, pythonPool } = access
// CommonJS has to name its exports. A unit test compares these with environment/api.ts.
const {
  CallError,
  LeaseError,
  PythonError,
  PythonTimeoutError,
  SetupError: OwnSetupError,
  WorkerLostError,
} = access.errors

export {
  CallError,
  LeaseError,
  OwnSetupError as SetupError,
  PythonError,
  PythonTimeoutError,
  WorkerLostError,
}
export const {
  ArrowTable,
  DataFrame,
  Decimal,
  Float,
  ndarray,
  PlainDate,
  PlainDateTime,
  PlainTime,
  Series,
  TimeDelta,
  Uuid,
} = access.values
