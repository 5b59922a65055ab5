import type { Contexts } from '../../pool/measuring/readCoverage.ts'
import type { FileCoverage } from './fileCoverage.ts'

/** A lease that a test took. */
export interface LeaseOfTest {
  readonly id: string
  readonly holder: { readonly file: string; readonly test: string }
  /** Milliseconds since the epoch. */
  readonly takenAt?: number | undefined
}

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
