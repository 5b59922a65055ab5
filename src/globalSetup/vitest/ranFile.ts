/** A test file that has run. */
export interface RanFile {
  /** An absolute path. */
  path: string
  /** Whether it passed. If it failed, a test may have ended before it used everything. */
  passed: boolean
  /** Whether none of its tests were skipped. */
  complete: boolean
}
