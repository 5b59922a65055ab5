import {
  identityOf,
  JEST_VARIABLE,
  type JestContext,
  type JestProject,
  pythonOptionsOf,
} from '../client/context.ts'
import { resolvePools } from '../pool/options.ts'
import { asSetupError, SetupError } from '../process/errors.ts'
import { PROTOCOL } from '../process/protocol.ts'
import { objectionTo } from '../process/system.ts'
import { beginRuns, endJestRuns, isWatching, type JestGlobalConfig } from './jestRuns.ts'
import { seeded } from './seeded.ts'

/**
 * Global setup of Jest. The options come from `testEnvironmentOptions.python`.
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
    return { failure: error.message, code: asSetupError('PYTHON_START_FAILED', error).code }
  })
  // Jest has no channel to its workers, but they inherit the environment.
  process.env[JEST_VARIABLE] = JSON.stringify(context)
}

async function open(globalConfig: JestGlobalConfig, project: JestProject): Promise<JestContext> {
  const objection = objectionTo(process.platform)
  if (objection !== undefined) throw new SetupError('PLATFORM_UNSUPPORTED', objection)
  const where = 'testEnvironmentOptions.python of the Jest configuration'
  const options = resolvePools(pythonOptionsOf(project), where, globalConfig.maxWorkers)
  const pools = await beginRuns(globalConfig).open(project.rootDir, options)
  return {
    protocol: PROTOCOL,
    pools: seeded(pools, options, globalConfig.seed),
    identity: identityOf(project),
  }
}
