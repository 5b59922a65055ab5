import { withdrawJestContext } from '../../client/lease/jestContext.ts'
import { SetupError } from '../../support/errors.ts'
import { endJestRuns, isWatching } from './jestRuns.ts'
import type { JestGlobalConfig } from './project.ts'

/**
 * Global teardown for Jest: ends the run and prints the verdict.
 *
 * @throws SetupError RUN_FAILED if the run must fail: `--forceExit` overwrites every exit code except that of an error.
 * Not in watch mode, which could neither rerun tests nor quit; there, the exit code is 1 when you quit
 */
export default async function teardown(globalConfig: JestGlobalConfig): Promise<void> {
  withdrawJestContext()
  if ((await endJestRuns(globalConfig)) && !isWatching(globalConfig))
    throw new SetupError('RUN_FAILED', 'The Python processes of this run fail it. See the report above.')
}
