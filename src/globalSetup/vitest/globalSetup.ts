import { availableParallelism } from 'node:os'
import { stripVTControlCharacters } from 'node:util'
import type { TestProject } from 'vitest/node'
import { CONTEXT_KEY } from '../../client/lease/context.ts'
import { resolvePools, resolveReport } from '../../options/options.ts'
import type { PythonOptions } from '../../options/pythonOptions.ts'
import { PROTOCOL } from '../../process/run/protocol.ts'
import { unsupportedReason } from '../../process/system/system.ts'
import { SetupError } from '../../support/errors.ts'
import { isDebugged } from '../debug/debugRequest.ts'
import { inspected } from '../debug/inspected.ts'
import { withDebugging } from '../debug/withDebugging.ts'
import { endIfAbandoned } from '../run/abandoned.ts'
import { withCoverage } from '../run/coverage.ts'
import { endRuns } from '../run/end.ts'
import { failureOf } from '../run/failure.ts'
import { silenceProgress } from '../run/output.ts'
import { type Outcomes, type Registry, registryOf } from '../run/registry.ts'
import { withSeeds } from '../run/withSeeds.ts'
import { refuseBrowser } from './browser.ts'
import { settleBlobs } from './reporters/blobs.ts'
import { lastLookAt } from './reporters/lastLook.ts'
import { precedeReporters } from './reporters/precede.ts'
import type { ReportedVitest } from './reporters/reportedVitest.ts'
import { typesRefreshOf } from './typesRefresh.ts'
import { saveUsage } from './usageFile.ts'
import { watchingRegistry } from './watch.ts'

/**
 * Global setup for a Vitest project. The options come from the plugin or, without the plugin, from
 * `environmentOptions.python`.
 *
 * @returns the teardown. It ends the runs with the last project of this Vitest, and prints the verdicts. It is returned
 * and not exported, because Vitest passes no project to an exported teardown
 * @throws SetupError if Python cannot be found or installed. The tests get the error, too: an editor reruns them without
 * another setup
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  try {
    return await open(project)
  } catch (error) {
    project.provide(CONTEXT_KEY, failureOf(error))
    throw error
  }
}

async function open(project: TestProject): Promise<() => Promise<void>> {
  const reason = unsupportedReason(process.platform)
  if (reason !== undefined) throw new SetupError('PLATFORM_UNSUPPORTED', reason)
  refuseBrowser(project.config.browser)
  silenceProgress(project.config.silent === true)
  const written = (project.config.environmentOptions as Record<string, unknown> | undefined)?.['python']
  const asked = resolvePools(
    written,
    'The configuration of vitest-environment-python',
    testProcessesOf(project),
  )
  const { types } = (written ?? {}) as PythonOptions
  if (types !== undefined)
    typesRefreshOf(sessionOf(project.vitest)).add({
      entry: 'fixtures',
      root: project.config.root,
      options: written,
    })
  const registry = registryOf(sessionOf(project.vitest), () => watchingRegistry(project.vitest))
  const vitest = project.vitest as unknown as ReportedVitest
  precedeReporters(vitest, {
    lastLook: lastLookAt(registry, vitest),
    isOpen: () => registry.active.some(({ hasPython }) => hasPython),
  })
  endIfAbandoned(registry)
  try {
    const { root } = project.config
    const { coverage, watch } = project.vitest.config
    const measured = withCoverage(asked, { isMeasured: coverage.enabled, reruns: watch })
    const options = await withDebugging(root, measured, registry.debugPorts, inspected(project.vitest.config))
    if (isDebugged(options)) liftLimits(project)
    const report = resolveReport(written)
    const pools = await registry.acquire({ root, name: project.name, report }, options)
    project.provide(CONTEXT_KEY, {
      protocol: PROTOCOL,
      pools: withSeeds(pools, options, project.config.sequence.seed ?? Date.now()),
    })
  } catch (error) {
    // If the setup throws, Vitest has no teardown to call.
    await endRuns(() => registry.release())
    throw error
  }
  const session = sessionOf(project.vitest)
  return async () => void (await endRuns(() => release(registry, project.vitest, session)))
}

/** Ends a use of the runs. Their verdict is added to the blobs of `--reporter=blob`. */
async function release(
  registry: Registry,
  vitest: TestProject['vitest'],
  session: object,
): Promise<Outcomes> {
  const [outcome] = await Promise.all([registry.release(), typesRefreshOf(session).stop()])
  if (!outcome.used) return outcome
  saveUsage(vitest, outcome.used)
  const message = stripVTControlCharacters(outcome.reports.join('\n'))
  settleBlobs(vitest, outcome.failed ? { name: 'Error', message, stack: `Error: ${message}` } : undefined)
  return outcome
}

/**
 * If you edit the configuration in watch mode, the same Vitest starts again with another configuration and other
 * reporters. So the configuration lives exactly as long as the runs.
 */
function sessionOf({ config }: TestProject['vitest']): object {
  return config
}

/** Vitest reads these when a test process starts, so they come before its options on the command line. */
function liftLimits({ config }: TestProject): void {
  config.testTimeout = 0
  config.hookTimeout = 0
}

/** Number of test processes that Vitest runs at once. */
function testProcessesOf({ vitest }: TestProject): number {
  const { maxWorkers } = vitest.config
  // In Vitest 3, it may be undefined, or a string like "50%".
  return typeof maxWorkers === 'number' ? maxWorkers : availableParallelism()
}

declare module 'vitest' {
  interface ProvidedContext {
    'vitest-environment-python':
      | import('../../client/lease/context.ts').ProvidedPools
      | import('../../client/lease/context.ts').SetupFailure
  }
}
