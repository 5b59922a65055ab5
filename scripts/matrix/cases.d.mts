export interface Combination {
  id: string
  runner: 'vitest' | 'jest'
  version: string
  /** Its major version; Jest has none. */
  vite?: number
  /** A major version, a key of `NODES`. */
  node: number
  /** A minor version. */
  python: string
  /** Names of the suites that it plays. */
  suites: string[]
}

export const NODES: Record<number, string>
/** Minor versions. */
export const PYTHONS: string[]
export const CASES: Combination[]
