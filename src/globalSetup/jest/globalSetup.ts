import { JEST_VARIABLE, type JestContext, type JestProject } from '../../client/lease/context.ts'
import { unsupportedReason } from '../../process/system/system.ts'
import { SetupError } from '../../support/errors.ts'
import { failureOf } from '../run/failure.ts'
import { beginRuns, endJestRuns, isWatching } from './jestRuns.ts'
import { type JestGlobalConfig, openProject } from './project.ts'

/**
 * Global setup of Jest, which calls it once for all projects: the others open their pools when their tests begin.
 * The options come from `testEnvironmentOptions.python`.
 *
 * @param globalConfig the same object goes to the teardown of this run
 * @throws SetupError what keeps Python from being found or installed; in watch mode the tests that use Python say it
 */
export default async function setup(globalConfig: JestGlobalConfig, project: JestProject): Promise<void> {
  const context = await open(globalConfig, project).catch(async (error: Error) => {
    // Jest calls no teardown after a setup that throws.
    await endJestRuns(globalConfig)
    // And its watch mode would neither run nor quit any more.
    if (!isWatching(globalConfig)) throw error
    return failureOf(error)
  })
  // Jest has no channel to its workers, but they inherit the environment.
  process.env[JEST_VARIABLE] = JSON.stringify(context)
}

async function open(globalConfig: JestGlobalConfig, project: JestProject): Promise<JestContext> {
  const objection = unsupportedReason(process.platform)
  if (objection !== undefined) throw new SetupError('PLATFORM_UNSUPPORTED', objection)
  return openProject(beginRuns(globalConfig), globalConfig, project)
}
