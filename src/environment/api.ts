// The exports for tests, the same with every runner.
export * from '../client/errors/classes.ts'
export type { PythonException } from '../client/errors/pythonError.ts'
export type { PythonFrame } from '../client/errors/pythonStack.ts'
export type { PythonMatchers } from '../client/errors/toThrowPython.ts'
export type * from '../client/events/runEvents.ts'
export type { PoolStats } from '../client/lease/stats.ts'
export type {
  PythonCalls,
  PythonClient,
  PythonCode,
  PythonObject,
  PythonRef,
  StubConstructor,
} from '../client/python/pythonClient.ts'
export type {
  ArgumentsMissing,
  PythonClass,
  PythonFunctions,
  PythonModules,
  PythonTyping,
} from '../client/python/pythonFunctions.ts'
export type { Arguments, CallOptions } from '../client/session/callOptions.ts'
export * from '../client/values/classes.ts'
export type { NdArray } from '../client/values/ndarray.ts'
export type { PythonTls } from '../client/wire/tls.ts'
export type { PoolName, PythonPools } from '../options/poolName.ts'
export type { ErrorCode } from '../support/errorCodes.ts'
export type { LeasedClient, PythonPool } from './leases/pythonPool.ts'
