// The types of vitest-environment-python/jest, of which scripts/common-js.mjs makes dist/jest.d.cts. Its code is access.ts.
import type { PythonPool } from '../leases/pythonPool.ts'
import type { JestPython } from './filePython.ts'

export type { toThrowPython } from '../../client/errors/toThrowPython.ts'
export type { ClusterOptions } from '../../options/clusterOptions.ts'
export type { CoverageOptions } from '../../options/coverageOptions.ts'
export type { DebugOptions } from '../../options/debugOptions.ts'
export type { OrphanOptions } from '../../options/orphanOptions.ts'
export type {
  JestPythonOptions,
  PoolOptions,
  RecycleOptions,
  ReportOptions,
  TypesOption,
  TypesSettings,
} from '../../options/pythonOptions.ts'
export type * from '../api.ts'
export type { JestPython } from './filePython.ts'

/** The process of the running test, leased with its first use. */
export declare const python: JestPython
/** Leases more processes, and tells figures of the pool. */
export declare const pythonPool: PythonPool
