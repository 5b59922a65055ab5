/** Figures of a run's pool. */
export interface PoolStats {
  /** Workers alive: starting, idle and leased. */
  readonly workers: number
  /** Workers that are ready for the next lease. */
  readonly idle: number
  /** Workers that a test or a file holds. */
  readonly leased: number
  /** Lease requests that wait for a worker. */
  readonly waiting: number
  /** Leases granted since the run began. */
  readonly leasesGranted: number
  /** Workers started since the run began. */
  readonly workersStarted: number
  /** Resident memory of all workers in bytes. Memory that they share is counted once for each. */
  readonly residentBytes: number
  /** Version of Python, such as `3.11.7`. */
  readonly python: string
  /** Path of the interpreter. */
  readonly executable: string
  /** `fork` or `spawn`: the method in use, which may be a fallback. */
  readonly startMethod: string
}
