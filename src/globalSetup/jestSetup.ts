import { identityOf, JEST_VARIABLE, type JestContext, type JestProject } from '../client/context.ts'
import { resolvePools } from '../pool/options.ts'
import { PROTOCOL } from '../process/protocol.ts'
import { objectionTo } from '../process/system.ts'
import { endRuns } from './end.ts'
import { Registry, registryOf } from './registry.ts'
import { seeded } from './seeded.ts'

/**
 * Global setup of Jest. The options come from `testEnvironmentOptions.python`.
 *
 * @param globalConfig the same object goes to the teardown of this run
 * @throws SetupError what keeps Python from being found or installed
 */
export default async function setup(globalConfig: { seed: number }, project: JestProject): Promise<void> {
  const objection = objectionTo(process.platform)
  if (objection !== undefined) throw new Error(objection)
  // What chooses the environment below ours is no matter of Python.
  const { base: _, ...written } = (project.testEnvironmentOptions['python'] ?? {}) as Record<string, unknown>
  const options = resolvePools(written, 'testEnvironmentOptions.python of the Jest configuration')
  const registry = registryOf(globalConfig, () => new Registry())
  try {
    const pools = await registry.acquire(project.rootDir, options)
    const context: JestContext = {
      protocol: PROTOCOL,
      pools: seeded(pools, options, globalConfig.seed),
      identity: identityOf(project),
    }
    // Jest has no channel to its workers, but they inherit the environment.
    process.env[JEST_VARIABLE] = JSON.stringify(context)
  } catch (error) {
    // Jest calls no teardown after a setup that throws.
    await endRuns(registry)
    throw error
  }
}
