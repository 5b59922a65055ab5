import type { LeaseError, PythonError, WorkerLostError } from '../client/errors.ts'
import type { JestPython } from './jestPython.ts'
import type { PythonPool } from './pool.ts'

/** Where a test file's global object holds `JestAccess`. */
export const ACCESS = Symbol.for('vitest-environment-python.jest')

/** What the environment gives to a test file. */
export interface JestAccess {
  python: JestPython
  pythonPool: PythonPool
  /** Leases a worker before the first test of the file. */
  prefetch(): void
  PythonError: typeof PythonError
  WorkerLostError: typeof WorkerLostError
  LeaseError: typeof LeaseError
}
