import { holdExitCode } from './exitCode.ts'
import { announce, showConclusion } from './output.ts'
import type { Outcomes } from './registry.ts'

/**
 * Ends runs, or releases one use of them, and prints the verdicts.
 *
 * @returns whether the process fails
 */
export function endRuns(end: () => Promise<Outcomes>): Promise<boolean> {
  return holdExitCode(async () => {
    const outcome = await end()
    for (const text of outcome.reports) announce(text)
    if (outcome.conclusion) showConclusion(outcome.conclusion)
    return outcome.failed
  })
}
