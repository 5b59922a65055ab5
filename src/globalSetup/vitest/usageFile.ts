import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { PythonCoverage } from '../../report/measured/pythonCoverage.ts'
import { functionsByTest } from '../../report/measured/testContexts.ts'
import type { RanFile } from './ranFile.ts'
import { emptyMap, mergeMeasured, mergeRun, parseMap, type Usage, type UsageMap } from './usageMap.ts'

/** The parts of Vitest that are used here. */
export interface CachingVitest {
  config: {
    root: string
    cache?: unknown
    testNamePattern?: RegExp | undefined
  }
  vite: { config: { cacheDir: string } }
}

/** The parts of a test file, suite or test of Vitest that are used here. */
interface Task {
  mode: string
  result?: { state: string } | undefined
  tasks?: Task[]
}

interface TestFile extends Task {
  filepath: string
}

/** Reads the map of earlier runs; an empty one if there is none. */
export function readUsage(vitest: CachingVitest): UsageMap {
  const path = pathOf(vitest)
  try {
    return path === undefined ? emptyMap() : parseMap(readFileSync(path, 'utf8'))
  } catch {
    return emptyMap()
  }
}

/** Configurations of which the runs were measured. */
const measured = new WeakSet<object>()

/** A Vitest that has run test files. */
type RanVitest = CachingVitest & { state: { getFiles(): TestFile[] } }

/** Adds a run to the map that is kept. If the cache cannot be written, later runs know less. */
export function saveUsage(vitest: RanVitest, used: Usage): void {
  const path = pathOf(vitest)
  if (path === undefined || (used.size === 0 && !existsSync(path))) return
  const { root } = vitest.config
  const run = { root, used, ran: ranFiles(vitest), isMeasured: measured.has(vitest.config) }
  write(path, mergeRun(readUsage(vitest), run, existsSync))
}

/** Adds the measurements of a run with coverage. In watch mode, each rerun is one. */
export function saveFunctions(vitest: RanVitest, all: readonly PythonCoverage[]): void {
  const path = pathOf(vitest)
  const python = all.at(-1)?.python
  if (path === undefined || python === undefined) return
  measured.add(vitest.config)
  const run = { root: vitest.config.root, python, measured: functionsByTest(all), ran: ranFiles(vitest) }
  write(path, mergeMeasured(readUsage(vitest), run))
}

function ranFiles(vitest: RanVitest): RanFile[] {
  const isFiltered = vitest.config.testNamePattern !== undefined
  return vitest.state.getFiles().map((file) => ranFile(file, isFiltered))
}

function write(path: string, map: UsageMap): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    // Renamed, so that another Vitest never reads a part of it.
    const temporary = `${path}.${process.pid}`
    writeFileSync(temporary, JSON.stringify(map))
    renameSync(temporary, path)
  } catch {}
}

function ranFile(file: TestFile, isFiltered: boolean): RanFile {
  const passed = file.result?.state === 'pass' && !isFiltered
  return { path: file.filepath, passed, complete: !hasSkipped(file) }
}

function hasSkipped(task: Task): boolean {
  return task.mode === 'skip' || (task.tasks ?? []).some(hasSkipped)
}

/** Beside the results that Vitest keeps; `undefined` if it keeps none. Roots below one package share that directory. */
function pathOf({ config, vite }: CachingVitest): string | undefined {
  if (config.cache === false) return undefined
  const { cacheDir } = vite.config
  const place = createHash('sha256').update(relative(cacheDir, config.root)).digest('hex').slice(0, 8)
  return join(cacheDir, `python-${place}.json`)
}
