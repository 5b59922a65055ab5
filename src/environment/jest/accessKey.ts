import type * as VALUES from '../../client/values/classes.ts'
import type { PythonPool } from '../leases/pythonPool.ts'
import type { JestPython } from './filePython.ts'
import type { Realm } from './realm.ts'

/** The key of `JestAccess` in a test file's global object. */
export const ACCESS = Symbol.for('vitest-environment-python.jest')

/** The members that the environment gives to a test file. */
export interface JestAccess {
  python: JestPython
  pythonPool: PythonPool
  /** Leases a worker before the first test of the file. */
  prefetch(): void
  /** Classes of errors: subclasses of the file's own `Error`. */
  errors: Realm['errors']
  /** Classes of values. They are the environment's, which knows them by identity. */
  values: typeof VALUES
}
