import { isAbsolute, join, relative, sep } from 'node:path'
import type { FunctionsByTest } from '../../report/measured/testContexts.ts'
import { type FunctionMap, forgetTests, mergeFunctions } from './functionMap.ts'
import type { RanFile } from './ranFile.ts'

/** Which test files have used which Python files, as absolute paths. */
export type Usage = ReadonlyMap<string, ReadonlySet<string>>

/** The same for the last run of each test file, as it is kept between runs. Paths are relative to a root. */
export interface UsageMap {
  version: typeof VERSION
  /** The Python files of each test file; none if it has used no Python. */
  tests: Record<string, string[]>
  /** Python files that a test process has used for any of its test files, as with the fixture `pythonProcess`. */
  processes: string[]
  /** The functions that the tests ran when they ran last with coverage, by Python file. */
  functions: Record<string, FunctionMap>
  /** The interpreter that has measured them. */
  python: string
}

const VERSION = 2

export const emptyMap = (): UsageMap => ({
  version: VERSION,
  tests: {},
  processes: [],
  functions: {},
  python: '',
})

/** Reads a map. Text that is damaged, or of another version, is an empty map. */
export function parseMap(text: string): UsageMap {
  try {
    const map = JSON.parse(text) as UsageMap
    const lists = [map.processes, ...Object.values(map.tests)]
    const functions = Object.values(map.functions).flatMap(({ ran, always }) => [
      always,
      ...Object.values(ran),
    ])
    const areTexts = [...lists, ...functions].every((list) => list.every((text) => typeof text === 'string'))
    const isMap = map.version === VERSION && typeof map.python === 'string' && areTexts
    return isMap ? map : emptyMap()
  } catch {
    return emptyMap()
  }
}

/**
 * Adds a run to the map. Test files that did not run keep their entries.
 *
 * @param exists whether a test file is still there; the map forgets the others
 */
export function mergeRun(
  map: UsageMap,
  run: { root: string; used: Usage; ran: readonly RanFile[]; isMeasured?: boolean },
  exists: (path: string) => boolean,
): UsageMap {
  const short = (path: string) => relative(run.root, path).split(sep).join('/')
  const filesOf = (test: string) => [...(run.used.get(test) ?? [])].map(short)
  const tests = { ...map.tests }
  for (const { path, passed, complete } of run.ran) {
    const before = tests[short(path)]
    // A test file without an entry counts as unknown, so it runs if any Python file changes.
    if (!passed && !before) continue
    const kept = passed && complete ? [] : (before ?? [])
    tests[short(path)] = union(kept, filesOf(path))
  }
  const ran = new Set(run.ran.map(({ path }) => path))
  const others = [...run.used.keys()].filter((holder) => !ran.has(holder)).flatMap(filesOf)
  const there = Object.entries(tests).filter(([test]) => exists(join(run.root, test)))
  const forgotten = run.isMeasured ? [] : run.ran.map(({ path }) => short(path))
  const functions = mapValues(map.functions, (known) => forgetTests(known, forgotten))
  return {
    ...map,
    tests: Object.fromEntries(there),
    processes: union(map.processes, others),
    functions,
  }
}

/** Adds the functions that the test files of a run with coverage have run. */
export function mergeMeasured(
  map: UsageMap,
  run: {
    root: string
    python: string
    measured: ReadonlyMap<string, FunctionsByTest>
    ran: readonly RanFile[]
  },
): UsageMap {
  const short = (path: string) => relative(run.root, path).split(sep).join('/')
  const ran = run.ran.map((file) => ({ ...file, path: short(file.path) }))
  const functions = { ...map.functions }
  for (const [file, found] of run.measured) {
    const tests = new Map([...found.ran].map(([test, names]) => [short(test), names]))
    functions[short(file)] = mergeFunctions(map.functions[short(file)], { ...found, ran: tests }, ran)
  }
  return { ...map, functions, python: run.python }
}

function mapValues<T>(record: Record<string, T>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}

/**
 * Returns the test files among `testFiles` that a change of a Python file concerns: those that have used it, and those
 * of which the map knows nothing. `undefined` if the map knows nothing of the Python file.
 */
export function testsUsing(
  map: UsageMap,
  { root, file, testFiles }: { root: string; file: string; testFiles: readonly string[] },
): string[] | undefined {
  const short = (path: string) => relative(root, path).split(sep).join('/')
  const wanted = short(file)
  const isKnown = Object.values(map.tests).some((files) => files.includes(wanted))
  if (!isKnown || map.processes.includes(wanted)) return undefined
  return testFiles.filter((test) => map.tests[short(test)]?.includes(wanted) ?? true)
}

function union(some: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...some, ...more])].filter((path) => !isAbsolute(path)).sort()
}
