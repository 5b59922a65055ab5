import { isA } from './perReporter.ts'
import type { FileTask } from './reportedVitest.ts'
import type { ShownError } from './shownError.ts'

/** Vitest's reporters that know files and tests only. Since Vitest 5.1, that for JUnit tells the errors of the run, too. */
const FILES_ONLY = ['JsonReporter', 'JUnitReporter']
const TELLS_ERRORS = 'writeUnhandledErrorsTestsuite'

/** Whether a reporter would tell a success although the run has errors. */
export function isBlind(reporter: object): boolean {
  return !(TELLS_ERRORS in reporter) && FILES_ONLY.some((name) => isA(reporter, name))
}

/** For each error of the run, a file that has failed. */
export function standInsFor(errors: readonly ShownError[], configFile: string): FileTask[] {
  return errors.map((error) => standIn(error, configFile))
}

function standIn(error: ShownError, filepath: string): FileTask {
  const name = 'vitest-environment-python'
  const file = {
    id: name,
    name,
    fullName: name,
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
