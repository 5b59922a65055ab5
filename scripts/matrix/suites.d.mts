export interface Suite {
  /** The column of the table. */
  name: string
  about: string
  /** The type of the package that holds Vitest's configuration. */
  type: 'module' | 'commonjs'
  isolation: 'test' | 'file'
  files: string[]
  /** For each word of the fixture `state`, the words that its process has seen. */
  seen: Record<string, string[]>
  /** Number of tests that pass. */
  passed: number
  /** For each test that fails, what its message says. */
  failed: Record<string, RegExp>
  verdict: string
  orphans: number
  exitCode: number
}

export const SUITES: Suite[]
