/** Figures of a run's pool. */
export interface PoolStats {
  /** Workers alive: starting, idle and leased. */
  workers: number
  /** Ready for the next lease. */
  idle: number
  leased: number
  /** Lease requests that wait for a worker. */
  waiting: number
  /** Since the run began. */
  leasesGranted: number
  workersStarted: number
  /** Resident memory of the workers together, in bytes; memory they share is counted for each. */
  residentBytes: number
  /** Version, as in `3.11.7`. */
  python: string
  /** Path of the interpreter. */
  executable: string
  /** `fork` or `spawn`, as it came out. */
  startMethod: string
}
