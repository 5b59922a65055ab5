import type { PythonPool } from '../leases/pythonPool.ts'
import type { JestPython } from './python.ts'
import type { Realm } from './realm.ts'
import type { Values } from './values.ts'

/** Where a test file's global object holds `JestAccess`. */
export const ACCESS = Symbol.for('vitest-environment-python.jest')

/** What the environment gives to a test file. */
export interface JestAccess {
  python: JestPython
  pythonPool: PythonPool
  /** Leases a worker before the first test of the file. */
  prefetch(): void
  /** Of the file's own classes. */
  errors: Realm['errors']
  /** Classes of values; the environment's, which knows them by identity. */
  values: Values
}
