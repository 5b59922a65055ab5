import type { Contexts } from '../../pool/measuring/readCoverage.ts'
import type { FileCoverage } from './fileCoverage.ts'
import type { LeaseOfTest } from './testContexts.ts'

/** The coverage of a run's Python. */
export interface PythonCoverage {
  readonly files: readonly FileCoverage[]
  /** Of the project. Test files of leases are relative to it. */
  readonly root: string
  readonly contexts: Contexts
  readonly leases: readonly LeaseOfTest[]
  /** When it was read before, in milliseconds since the epoch: test files that have run since then have new contexts. */
  readonly since: number
  /** The interpreter. */
  readonly python: string
}
