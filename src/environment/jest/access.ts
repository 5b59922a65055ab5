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

// Their types are in jest.d.cts.
export const { python, pythonPool } = access
export const { PythonError, PythonTimeoutError, WorkerLostError, LeaseError, CallError } = access.errors
export const { ndarray, Decimal, Float, PlainDate, PlainDateTime, PlainTime, TimeDelta, Uuid } = access.values
export const { ArrowTable, DataFrame, Series } = access.values
