import type { JestContext, JestProject } from '../../client/lease/context.ts'
import { publishJestContext } from '../../client/lease/jestContext.ts'
import { unsupportedReason } from '../../process/system/system.ts'
import { SetupError } from '../../support/errors.ts'
import { failureOf } from '../run/failure.ts'
import { silenceProgress } from '../run/output.ts'
import { installedVersion, requireRunner } from '../run/runnerVersions.ts'
import { beginRuns, endJestRuns, isWatching } from './jestRuns.ts'
import { type JestGlobalConfig, openProject } from './project.ts'

/**
 * Global setup for Jest. Jest calls it once for all projects; the other projects open their pools when their tests begin.
 * The options come from `testEnvironmentOptions.python`.
 *
 * @param globalConfig Jest passes the same object to the teardown of this run
 * @throws SetupError if Python cannot be found or installed. In watch mode, the tests that use Python fail instead
 */
export default async function setup(globalConfig: JestGlobalConfig, project: JestProject): Promise<void> {
  const context = await open(globalConfig, project).catch(async (error: Error) => {
    // Jest does not call the teardown if the setup throws.
    await endJestRuns(globalConfig)
    // And its watch mode could neither rerun tests nor quit.
    if (!isWatching(globalConfig)) throw error
    return failureOf(error)
  })
  publishJestContext(context)
}

async function open(globalConfig: JestGlobalConfig, project: JestProject): Promise<JestContext> {
  const reason = unsupportedReason(process.platform)
  if (reason !== undefined) throw new SetupError('PLATFORM_UNSUPPORTED', reason)
  requireRunner('jest', installedVersion('jest', project.rootDir))
  silenceProgress(globalConfig.silent === true)
  return openProject(beginRuns(globalConfig), globalConfig, project)
}
