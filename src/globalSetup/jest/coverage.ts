import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { addPythonCoverage } from '../run/coverage.ts'
import { announce } from '../run/output.ts'
import type { Registry } from '../run/registry.ts'
import type { JestGlobalConfig } from './project.ts'

/** The source of a report. It lists the files of its map when it is created. */
interface ReportContext {
  readonly dir: string
  readonly watermarks: object
  readonly sourceFinder: unknown
}

interface CoverageResult {
  readonly map: object
  readonly reportContext: ReportContext
}

/** The parts of Jest's coverage reporter that are used here. They are not public: test/e2e/coverage.test.ts pins them. */
interface CoverageReporter {
  readonly _globalConfig: JestGlobalConfig
  _getCoverageResult(): Promise<CoverageResult>
}

interface Found {
  readonly prototype: CoverageReporter
  readonly createContext: (from: ReportContext & { coverageMap: object }) => ReportContext
}

const patched = new WeakSet<object>()
const registries = new WeakMap<JestGlobalConfig, Registry>()

/**
 * Has Python's files added to the coverage of a Jest run. Other reporters get the map too late: Jest has reported it and
 * judged its thresholds by then.
 */
export function reportCoverage(globalConfig: JestGlobalConfig, registry: Registry): void {
  if (!globalConfig.collectCoverage) return
  registries.set(globalConfig, registry)
  const found = findReporter(globalConfig.rootDir ?? process.cwd())
  if (!found)
    return announce("Python's coverage is not reported: Jest's own coverage reporter was not found.")
  if (patched.has(found.prototype)) return
  patched.add(found.prototype)
  const { prototype, createContext } = found
  const original = prototype._getCoverageResult
  prototype._getCoverageResult = async function (this: CoverageReporter) {
    const result = await original.call(this)
    const known = registries.get(this._globalConfig)
    if (!known) return result
    const { dir, watermarks, sourceFinder } = result.reportContext
    await addPythonCoverage(result.map, known, dir)
    const reportContext = createContext({ coverageMap: result.map, dir, watermarks, sourceFinder })
    return { ...result, reportContext }
  }
}

/** In the Jest that runs, or in that of the project. */
function findReporter(rootDir: string): Found | undefined {
  for (const find of [() => realpathSync(process.argv[1] as string), () => jestOf(rootDir)]) {
    try {
      const core = createRequire(createRequire(find()).resolve('@jest/core'))
      const { prototype } = core('@jest/reporters').CoverageReporter
      const { createContext } = createRequire(core.resolve('@jest/reporters'))('istanbul-lib-report')
      if (prototype._getCoverageResult && createContext) return { prototype, createContext }
    } catch {}
  }
  return undefined
}

function jestOf(rootDir: string): string {
  return createRequire(join(rootDir, 'package.json')).resolve('jest')
}
