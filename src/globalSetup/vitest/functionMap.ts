import type { Outline } from '../../pool/measuring/readCoverage.ts'
import type { FunctionsByTest } from '../../report/measured/testContexts.ts'
import type { RanFile } from './ranFile.ts'

/** The functions of one Python file that tests have run, as they are kept between runs. */
export interface FunctionMap {
  outline: Outline
  /** The functions of each test file, by its path. Test files of which they are not known are missing. */
  ran: Record<string, string[]>
  /** Functions that run in any case, for example because an import calls them. */
  always: string[]
}

/** Adds a run with coverage to the facts about a file. @param ran the test files that have run, with paths as in the map */
export function mergeFunctions(
  known: FunctionMap | undefined,
  { outline, ...found }: FunctionsByTest,
  ran: readonly RanFile[],
): FunctionMap {
  const kept = known && isUntouched(known, outline) ? known : undefined
  const valid = kept ? Object.entries(kept.ran).filter(([, names]) => !hasChanged(kept, outline, names)) : []
  const tests = new Map(valid)
  for (const { path, passed, complete } of ran) {
    if (!found.ran.has(path)) continue
    const names = found.ran.get(path)
    const before = passed && complete ? [] : tests.get(path)
    tests.delete(path)
    if (names && before) tests.set(path, [...new Set([...before, ...names])].sort())
  }
  const always = [...new Set([...(kept?.always ?? []), ...found.always])].sort()
  return { outline, ran: Object.fromEntries(tests), always }
}

/** Forgets the functions of test files that have run without coverage. */
export function forgetTests(known: FunctionMap, ran: readonly string[]): FunctionMap {
  const left = Object.entries(known.ran).filter(([test]) => !ran.includes(test))
  return { ...known, ran: Object.fromEntries(left) }
}

/**
 * Returns those among the test files that a change of a Python file concerns: those that have run a changed function, and
 * those of which the functions are not known. These are all if something else has changed.
 *
 * @param now the outline of the file as it is; `undefined` if it has none, for example because of a syntax error
 */
export function testsRunning(
  known: FunctionMap | undefined,
  now: Outline | undefined,
  tests: readonly string[],
): readonly string[] {
  if (!known || !now || !isUntouched(known, now)) return tests
  // The file is as it was measured, so it was changed before.
  if (!hasChanged(known, now, Object.keys(known.outline.functions))) return tests
  return tests.filter((test) => {
    const names = known.ran[test]
    return !names || hasChanged(known, now, names)
  })
}

/** Whether nothing has changed but bodies of functions that only tests run. */
function isUntouched(known: FunctionMap, now: Outline): boolean {
  return known.outline.rest === now.rest && !hasChanged(known, now, known.always)
}

function hasChanged({ outline }: FunctionMap, now: Outline, names: readonly string[]): boolean {
  return names.some((name) => outline.functions[name] !== now.functions[name])
}
