/** What came of one suite. */
export interface Played {
  /** Whether exactly the expected tests passed and failed, with the expected verdict and exit code. */
  asExpected: boolean
  passed: number
  failed: number
  verdict: string
  orphans: number
  exitCode: number
}

/** What came of a combination, with the versions that ran. */
export interface Result {
  id: string
  runner: string
  vite: string
  node: string
  python: string
  suites: Record<string, Played>
}

export function recordResult(result: Result): Promise<void>
export function results(): Promise<Result[]>
export function compatibilityTables(results: Result[]): string
export function compatibilityPage(): Promise<string>
