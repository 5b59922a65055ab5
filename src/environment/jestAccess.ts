import { SetupError } from '../process/errors.ts'
import { ACCESS, type JestAccess } from './jestAccessKey.ts'

export type { Arguments, CallOptions } from '../client/call.ts'
export type { PythonException } from '../client/errors.ts'
export type { PythonClient, StubConstructor } from '../client/pythonClient.ts'
export type { PythonFrame } from '../client/pythonStack.ts'
export type { PythonRef } from '../client/ref.ts'
export type { PoolStats } from '../client/stats.ts'
export { type PythonMatchers, toThrowPython } from '../client/toThrowPython.ts'
export type { NdArray } from '../client/values/ndarray.ts'
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

const { errors, values } = access

/** Of this test file: a subclass of its own `Error`. */
export const PythonError: typeof errors.PythonError = errors.PythonError
export type PythonError = InstanceType<typeof PythonError>
/** The worker of the lease ended before the lease did. */
export const WorkerLostError: typeof errors.WorkerLostError = errors.WorkerLostError
export type WorkerLostError = InstanceType<typeof WorkerLostError>
/** No worker could be leased. */
export const LeaseError: typeof errors.LeaseError = errors.LeaseError
export type LeaseError = InstanceType<typeof LeaseError>
/** A call that has no answer, and not because Python raised. */
export const CallError: typeof errors.CallError = errors.CallError
export type CallError = InstanceType<typeof CallError>
/** Python did not answer in time. */
export const PythonTimeoutError: typeof errors.PythonTimeoutError = errors.PythonTimeoutError
export type PythonTimeoutError = InstanceType<typeof PythonTimeoutError>

export const ndarray: typeof values.ndarray = values.ndarray
export const Decimal: typeof values.Decimal = values.Decimal
export type Decimal = InstanceType<typeof Decimal>
export const Float: typeof values.Float = values.Float
export type Float = InstanceType<typeof Float>
export const PlainDate: typeof values.PlainDate = values.PlainDate
export type PlainDate = InstanceType<typeof PlainDate>
export const PlainDateTime: typeof values.PlainDateTime = values.PlainDateTime
export type PlainDateTime = InstanceType<typeof PlainDateTime>
export const PlainTime: typeof values.PlainTime = values.PlainTime
export type PlainTime = InstanceType<typeof PlainTime>
export const TimeDelta: typeof values.TimeDelta = values.TimeDelta
export type TimeDelta = InstanceType<typeof TimeDelta>
export const Uuid: typeof values.Uuid = values.Uuid
export type Uuid = InstanceType<typeof Uuid>
export const ArrowTable: typeof values.ArrowTable = values.ArrowTable
export type ArrowTable = InstanceType<typeof ArrowTable>
export const DataFrame: typeof values.DataFrame = values.DataFrame
export type DataFrame = InstanceType<typeof DataFrame>
export const Series: typeof values.Series = values.Series
export type Series = InstanceType<typeof Series>
