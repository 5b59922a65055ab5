import { holdExitCode } from './exitCode.ts'
import { announce } from './output.ts'
import type { Registry } from './registry.ts'

/**
 * Gives up one use of a runner's runs. With the last one they end, and the verdicts are printed.
 *
 * @returns whether the process fails
 */
export function endRuns(registry: Registry): Promise<boolean> {
  return holdExitCode(async () => {
    const outcome = await registry.release()
    for (const text of outcome.reports) announce(text)
    return outcome.failed
  })
}
