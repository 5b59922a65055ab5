import {
  identityOf,
  type JestContext,
  type JestProject,
  pythonOptionsOf,
} from '../../client/lease/context.ts'
import { resolvePools, resolveReport } from '../../options/options.ts'
import { PROTOCOL } from '../../process/run/protocol.ts'
import { inspected } from '../debug/inspected.ts'
import { withDebugging } from '../debug/withDebugging.ts'
import { withCoverage } from '../run/coverage.ts'
import type { Registry } from '../run/registry.ts'
import { withSeeds } from '../run/withSeeds.ts'

/** The fields of Jest's global configuration that are read here. */
export interface JestGlobalConfig {
  seed: number
  /** Number of test processes. */
  maxWorkers: number
  /** With `--silent`. */
  silent?: boolean
  /** With `--shard`. */
  shard?: { shardIndex: number; shardCount: number }
  rootDir?: string
  watch: boolean
  watchAll: boolean
  /** With `--coverage`. */
  collectCoverage?: boolean
}

/**
 * Opens the pools of a project, or joins pools that are open.
 *
 * @throws SetupError if Python cannot be found or installed
 */
export async function openProject(
  registry: Registry,
  { maxWorkers, seed, collectCoverage, watch, watchAll }: JestGlobalConfig,
  project: JestProject,
): Promise<JestContext> {
  const place = 'testEnvironmentOptions.python of the Jest configuration'
  const asked = resolvePools(pythonOptionsOf(project), place, maxWorkers)
  const measured = withCoverage(asked, { isMeasured: collectCoverage, reruns: watch || watchAll })
  const options = await withDebugging(project.rootDir, measured, registry.debugPorts, inspected())
  const report = resolveReport(pythonOptionsOf(project))
  const name = project.displayName?.name ?? ''
  const pools = await registry.open({ root: project.rootDir, name, report }, options)
  return { protocol: PROTOCOL, pools: withSeeds(pools, options, seed), identity: identityOf(project) }
}
