import { relative, resolve, sep } from 'node:path'
import type { FileContexts, Outline } from '../../pool/measuring/readCoverage.ts'
import type { PythonCoverage } from './pythonCoverage.ts'

/** The functions of a Python file that test files have run. */
export interface FunctionsByTest {
  readonly outline: Outline
  /** The functions by test file that has run, as an absolute path. `undefined` if they are not known. */
  readonly ran: ReadonlyMap<string, ReadonlySet<string> | undefined>
  /** Functions that run in any case, for example because an import calls them. */
  readonly always: ReadonlySet<string>
}

/**
 * Attributes what leases have run to test files.
 *
 * @param runs the pools of one runner
 * @returns by Python file, as an absolute path
 */
export function functionsByTest(runs: readonly PythonCoverage[]): Map<string, FunctionsByTest> {
  const files = new Set(runs.flatMap(({ contexts }) => Object.keys(contexts.files)))
  return new Map([...files].map((file) => [file, functionsOf(file, runs)]))
}

function functionsOf(file: string, runs: readonly PythonCoverage[]): FunctionsByTest {
  const ran = new Map<string, Set<string> | undefined>()
  const always = new Set<string>()
  let outline: Outline = { rest: '', functions: {} }
  for (const { contexts, leases, root, since } of runs) {
    const found = contexts.files[file]
    const ended = new Set(contexts.ended)
    if (found) outline = found.outline
    for (const { id, holder, takenAt = 0 } of leases) {
      if (takenAt < since) continue
      const test = resolve(root, holder.file)
      const isKnown = ended.has(id) && !found?.outdated.includes(id)
      const before = ran.has(test) ? ran.get(test) : new Set<string>()
      ran.set(test, isKnown && before ? addAll(before, functionsIn(found, id)) : undefined)
    }
    const taken = new Set(leases.map(({ id }) => id))
    for (const id of Object.keys(found?.leases ?? {}))
      if (!taken.has(id)) addAll(always, functionsIn(found, id))
  }
  return { outline, ran, always }
}

const functionsIn = (found: FileContexts | undefined, id: string) => found?.leases[id]?.functions ?? []

function addAll<T>(set: Set<T>, more: Iterable<T>): Set<T> {
  for (const one of more) set.add(one)
  return set
}

/**
 * The tests that have run each line, as `prices.test.ts > rounds`, by Python file and line. Paths are relative to `root`.
 */
export function testsByLine(
  runs: readonly PythonCoverage[],
  root: string,
): Record<string, Record<number, string[]>> {
  const short = (path: string) => relative(root, path).split(sep).join('/')
  const found = runs.flatMap(({ contexts, leases, root: from }) =>
    Object.entries(contexts.files).map(([file, { leases: lines }]) => {
      const tests = leases.flatMap(({ id, holder }) => {
        const test = [short(resolve(from, holder.file)), holder.test].filter(Boolean).join(' > ')
        return (lines[id]?.lines ?? []).map((line): [number, string] => [line, test])
      })
      return [short(file), tests] as const
    }),
  )
  const files: Record<string, Record<number, string[]>> = {}
  for (const [file, tests] of found) files[file] = grouped([...tests, ...pairsOf(files[file])])
  return files
}

const pairsOf = (lines: Record<number, string[]> = {}) =>
  Object.entries(lines).flatMap(([line, tests]) =>
    tests.map((test): [number, string] => [Number(line), test]),
  )

function grouped(pairs: readonly [number, string][]): Record<number, string[]> {
  const tests = new Map<number, Set<string>>()
  for (const [line, test] of pairs) tests.set(line, (tests.get(line) ?? new Set()).add(test))
  return Object.fromEntries([...tests].map(([line, names]) => [line, [...names].sort()]))
}
