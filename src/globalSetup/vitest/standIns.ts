import type { FileTask, ReportedVitest } from './reportedVitest.ts'
import type { ShownError } from './shownError.ts'

type Reporter = Record<string, unknown>

/** Vitest's reporters that know files and tests only. Those of Vitest 5 for JUnit tell the errors of the run, too. */
const FILES_ONLY = ['JsonReporter', 'JUnitReporter']
const TELLS_ERRORS = 'writeUnhandledErrorsTestsuite'

/**
 * Calls `report`, and meanwhile shows the reporters for JSON and JUnit each error of the run as a file that has failed.
 * They have no other place for it, and would tell a success.
 */
export async function withStandIns(
  { reporters = [], vite }: Pick<ReportedVitest, 'reporters' | 'vite'>,
  { event, errors }: { event: string; errors: readonly ShownError[] },
  report: () => Promise<void>,
): Promise<void> {
  const files = errors.map((error) => standIn(error, vite?.config?.configFile || 'vitest.config'))
  const given = event === 'onTestRunEnd' ? files.map((task) => ({ task })) : files
  const blind = errors.length === 0 ? [] : (reporters as Reporter[]).filter((one) => isBlind(one, event))
  for (const reporter of blind) {
    const method = reporter[event] as (...args: unknown[]) => unknown
    reporter[event] = (modules: readonly unknown[], ...rest: unknown[]) =>
      method.call(reporter, [...modules, ...given], ...rest)
  }
  try {
    await report()
  } finally {
    // Their classes have the methods.
    for (const reporter of blind) delete reporter[event]
  }
}

function isBlind(reporter: Reporter, event: string): boolean {
  if (typeof reporter[event] !== 'function' || Object.hasOwn(reporter, event)) return false
  return !(TELLS_ERRORS in reporter) && FILES_ONLY.some((name) => isA(reporter, name))
}

function isA(value: object, className: string): boolean {
  for (let at: object | null = value; at; at = Object.getPrototypeOf(at)) {
    if (at.constructor.name === className) return true
  }
  return false
}

function standIn(error: ShownError, filepath: string): FileTask {
  const file = {
    id: 'vitest-environment-python',
    name: 'vitest-environment-python',
    fullName: 'vitest-environment-python',
    type: 'suite',
    mode: 'run',
    filepath,
    projectName: '',
    meta: {},
    tasks: [],
    result: { state: 'fail', errors: [error], startTime: Date.now(), duration: 0 },
  }
  return Object.assign(file, { file }) as unknown as FileTask
}
