import { SetupError } from '../../support/errors.ts'
import { ACCESS, type JestAccess } from './accessKey.ts'

export { toThrowPython } from '../../client/errors/toThrowPython.ts'

const access = (globalThis as { [ACCESS]?: JestAccess })[ACCESS]
if (!access) {
  throw new SetupError(
    'NOT_CONFIGURED',
    'vitest-environment-python/jest gives Python to a test file of Jest, but this is none, or it runs in another environment. ' +
      "Write preset: 'vitest-environment-python' into the Jest configuration, or begin the file with " +
      '/** @jest-environment vitest-environment-python/jest/environment */.',
  )
}
// A file that imports this is about to use Python.
access.prefetch()

export const { python, pythonPool } = access
// CommonJS has to name its exports. A test compares these with environment/api.ts.
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
