/** Figures of a run's pool. */
export interface PoolStats {
  /** Workers alive: starting, idle and leased. */
  readonly workers: number
  /** Ready for the next lease. */
  readonly idle: number
  readonly leased: number
  /** Lease requests that wait for a worker. */
  readonly waiting: number
  /** Since the run began. */
  readonly leasesGranted: number
  readonly workersStarted: number
  /** Resident memory of the workers together, in bytes; memory they share is counted for each. */
  readonly residentBytes: number
  /** Version, as in `3.11.7`. */
  readonly python: string
  /** Path of the interpreter. */
  readonly executable: string
  /** `fork` or `spawn`, as it came out. */
  readonly startMethod: string
}
