import { SetupError } from '../process/errors.ts'
import { ACCESS, type JestAccess } from './jestAccessKey.ts'

export type { Arguments, CallOptions } from '../client/call.ts'
export type { PythonException } from '../client/errors.ts'
export type { PythonClient, StubConstructor } from '../client/pythonClient.ts'
export type { PythonFrame } from '../client/pythonStack.ts'
export type { PoolStats } from '../client/stats.ts'
export { type PythonMatchers, toThrowPython } from '../client/toThrowPython.ts'
export type { JestPython } from './jestPython.ts'
export type { LeasedClient, PythonPool } from './pool.ts'

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

/** The Python process of the test that runs, leased with its first use. */
export const python: JestAccess['python'] = access.python
/** Leases more processes and tells figures of the pool. */
export const pythonPool: JestAccess['pythonPool'] = access.pythonPool

/** Of this test file: a subclass of its own `Error`. */
export const PythonError: JestAccess['PythonError'] = access.PythonError
export type PythonError = InstanceType<typeof PythonError>
/** The worker of the lease ended before the lease did. */
export const WorkerLostError: JestAccess['WorkerLostError'] = access.WorkerLostError
export type WorkerLostError = InstanceType<typeof WorkerLostError>
/** No worker could be leased. */
export const LeaseError: JestAccess['LeaseError'] = access.LeaseError
export type LeaseError = InstanceType<typeof LeaseError>
