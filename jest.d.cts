// The types of dist/jest.cjs: written by hand, so that those of the modules need not be there twice.
import type { JestAccess, toThrowPython as Matcher } from './dist/jest/environment.js' with {
  'resolution-mode': 'import',
}

export type {
  Arguments,
  CallOptions,
  JestPython,
  LeasedClient,
  NdArray,
  PoolStats,
  PythonClient,
  PythonException,
  PythonFrame,
  PythonMatchers,
  PythonPool,
  PythonRef,
  StubConstructor,
} from './dist/jest/environment.js' with { 'resolution-mode': 'import' }

type Errors = JestAccess['errors']
type Values = JestAccess['values']

/** The Python process of the test that runs, leased with its first use. */
export declare const python: JestAccess['python']
/** Leases more processes and tells figures of the pool. */
export declare const pythonPool: JestAccess['pythonPool']
/** For `expect.extend({ toThrowPython })`. */
export declare const toThrowPython: typeof Matcher

/** An exception that Python raised. Of this test file: a subclass of its own `Error`. */
export declare const PythonError: Errors['PythonError']
export type PythonError = InstanceType<Errors['PythonError']>
/** Python did not answer in time. */
export declare const PythonTimeoutError: Errors['PythonTimeoutError']
export type PythonTimeoutError = InstanceType<Errors['PythonTimeoutError']>
/** The worker of the lease ended before the lease did. */
export declare const WorkerLostError: Errors['WorkerLostError']
export type WorkerLostError = InstanceType<Errors['WorkerLostError']>
/** No worker could be leased. */
export declare const LeaseError: Errors['LeaseError']
export type LeaseError = InstanceType<Errors['LeaseError']>
/** A call that has no answer, and not because Python raised. */
export declare const CallError: Errors['CallError']
export type CallError = InstanceType<Errors['CallError']>

export declare const ndarray: Values['ndarray']
export declare const Decimal: Values['Decimal']
export type Decimal = InstanceType<Values['Decimal']>
export declare const Float: Values['Float']
export type Float = InstanceType<Values['Float']>
export declare const PlainDate: Values['PlainDate']
export type PlainDate = InstanceType<Values['PlainDate']>
export declare const PlainDateTime: Values['PlainDateTime']
export type PlainDateTime = InstanceType<Values['PlainDateTime']>
export declare const PlainTime: Values['PlainTime']
export type PlainTime = InstanceType<Values['PlainTime']>
export declare const TimeDelta: Values['TimeDelta']
export type TimeDelta = InstanceType<Values['TimeDelta']>
export declare const Uuid: Values['Uuid']
export type Uuid = InstanceType<Values['Uuid']>
export declare const ArrowTable: Values['ArrowTable']
export type ArrowTable = InstanceType<Values['ArrowTable']>
export declare const DataFrame: Values['DataFrame']
export type DataFrame = InstanceType<Values['DataFrame']>
export declare const Series: Values['Series']
export type Series = InstanceType<Values['Series']>
