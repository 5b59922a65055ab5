import { JEST_VARIABLE } from '../../client/lease/context.ts'
import { SetupError } from '../../support/errors.ts'
import { endJestRuns, isWatching } from './jestRuns.ts'
import type { JestGlobalConfig } from './project.ts'

/**
 * Global teardown of Jest: ends the run and prints the verdict.
 *
 * @throws SetupError RUN_FAILED where the run must fail: `--forceExit` overwrites every exit code but that of an error. Not in watch
 * mode, which would neither run nor quit any more; there the exit code is 1 when it is quit
 */
export default async function teardown(globalConfig: JestGlobalConfig): Promise<void> {
  delete process.env[JEST_VARIABLE]
  if ((await endJestRuns(globalConfig)) && !isWatching(globalConfig))
    throw new SetupError('RUN_FAILED', 'The Python processes of this run fail it; see their report above.')
}
