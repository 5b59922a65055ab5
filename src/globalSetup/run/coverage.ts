import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Measuring, measuringOf } from '../../options/coverageOptions.ts'
import type { ResolvedOptions } from '../../options/schema.ts'
import type { FileCoverage } from '../../report/measured/fileCoverage.ts'
import type { PythonCoverage } from '../../report/measured/pythonCoverage.ts'
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

/**
 * Adds Python's files to a runner's map, before it is reported. The process fails if they cannot be read.
 *
 * @param directory of the runner's coverage reports
 * @returns the coverage of Python
 */
export async function addPythonCoverage(
  map: unknown,
  registry: Registry,
  directory: string,
): Promise<PythonCoverage[]> {
  const all: PythonCoverage[] = []
  try {
    for (const run of registry.active) {
      const found = await run.coverage()
      for (const file of found?.files ?? []) (map as CoverageMap).addFileCoverage(file)
      if (found) all.push(found)
    }
    if (registry.active.some(({ options }) => options.measuring?.contexts))
      await writeContexts(all, directory)
  } catch (error) {
    announce(`Python's coverage is missing in the report, so the run fails: ${(error as Error).message}`)
    process.exitCode = 1
  }
  return all
}

async function writeContexts(all: readonly PythonCoverage[], directory: string): Promise<void> {
  const { testsByLine } = await import('../../report/measured/testContexts.ts')
  const root = all[0]?.root ?? directory
  await mkdir(directory, { recursive: true })
  await writeFile(
    join(directory, 'python-contexts.json'),
    `${JSON.stringify(testsByLine(all, root), null, 2)}\n`,
  )
}
