import { type Measuring, measuringOf } from '../../options/coverageOptions.ts'
import type { ResolvedOptions } from '../../options/schema.ts'
import type { FileCoverage } from '../../report/measured/fileCoverage.ts'
import { announce } from './output.ts'
import type { Registry } from './registry.ts'

/** Istanbul's map of a runner. */
interface CoverageMap {
  addFileCoverage(file: FileCoverage): void
}

/** Says of each pool whether and how its Python is measured. */
export function withCoverage(
  pools: Record<string, ResolvedOptions>,
  runner: { isMeasured: boolean | undefined; reruns: boolean },
): Record<string, ResolvedOptions> {
  const entries = Object.entries(pools).map(([name, options]): [string, ResolvedOptions] => {
    const measuring: Measuring | undefined = measuringOf(options.coverage, runner)
    return [name, measuring ? { ...options, measuring } : options]
  })
  return Object.fromEntries(entries)
}

/** Adds Python's files to a runner's map, before it is reported. The process fails if they cannot be read. */
export async function addPythonCoverage(map: unknown, registry: Registry): Promise<void> {
  try {
    for (const run of registry.active) {
      for (const file of await run.coverage()) (map as CoverageMap).addFileCoverage(file)
    }
  } catch (error) {
    announce(`Python's coverage is missing in the report, so the run fails: ${(error as Error).message}`)
    process.exitCode = 1
  }
}
