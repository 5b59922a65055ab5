import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { addPythonCoverage } from '../run/coverage.ts'
import { announce } from '../run/output.ts'
import type { Registry } from '../run/registry.ts'
import type { JestGlobalConfig } from './project.ts'

/** The parts of Jest's coverage reporter that are used here. They are not public: test/e2e/coverage.test.ts pins them. */
interface CoverageReporter {
  readonly _globalConfig: JestGlobalConfig
  _getCoverageResult(): Promise<{ map: object }>
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
  const prototype = findReporter(globalConfig.rootDir ?? process.cwd())
  if (!prototype)
    return announce("Python's coverage is not reported: Jest's own coverage reporter was not found.")
  if (patched.has(prototype)) return
  patched.add(prototype)
  const original = prototype._getCoverageResult
  prototype._getCoverageResult = async function (this: CoverageReporter) {
    const result = await original.call(this)
    const known = registries.get(this._globalConfig)
    if (known) await addPythonCoverage(result.map, known)
    return result
  }
}

/** In the Jest that runs, or in that of the project. */
function findReporter(rootDir: string): CoverageReporter | undefined {
  for (const find of [() => realpathSync(process.argv[1] as string), () => jestOf(rootDir)]) {
    try {
      const core = createRequire(find()).resolve('@jest/core')
      const { prototype } = createRequire(core)('@jest/reporters').CoverageReporter
      if (typeof prototype._getCoverageResult === 'function') return prototype
    } catch {}
  }
  return undefined
}

function jestOf(rootDir: string): string {
  return createRequire(join(rootDir, 'package.json')).resolve('jest')
}
