import type { TestProject } from 'vitest/node'
import { CONTEXT_KEY, type RunContext } from '../client/context.ts'
import { type ResolvedOptions, resolvePools } from '../pool/options.ts'
import { SetupError } from '../process/errors.ts'
import { PROTOCOL } from '../process/protocol.ts'
import { objectionTo } from '../process/system.ts'
import { holdExitCode } from './exitCode.ts'
import { announce, silenceProgress } from './output.ts'
import { type Registry, registryOf } from './registry.ts'
import { watchingRegistry } from './watch.ts'

/**
 * Global setup of a Vitest project. The options come from the plugin, or without it from
 * `environmentOptions.python`.
 *
 * @returns the teardown: ends the runs with the last project of this Vitest, and prints the verdicts. Returned and not
 * exported, because only so it knows whose it is: Vitest tells a teardown nothing
 * @throws SetupError what keeps Python from being found or installed
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const objection = objectionTo(process.platform)
  if (objection !== undefined) throw new SetupError('PLATFORM_UNSUPPORTED', objection)
  if (project.config.browser?.enabled) {
    throw new SetupError(
      'BROWSER_MODE',
      'vitest-environment-python cannot serve tests in the browser, which has no Unix sockets; ' +
        'keep the tests that need Python in a project without browser mode.',
    )
  }
  silenceProgress(project.config.silent === true)
  const written = (project.config.environmentOptions as Record<string, unknown> | undefined)?.['python']
  const options = resolvePools(written, 'The configuration of vitest-environment-python')
  const registry = registryOf(project.vitest, () => watchingRegistry(project.vitest))
  try {
    const pools = await registry.acquire(project.config.root, options)
    project.provide(CONTEXT_KEY, {
      protocol: PROTOCOL,
      pools: seeded(pools, options, project.config.sequence.seed ?? Date.now()),
    })
  } catch (error) {
    // A setup that throws has returned nothing to tear down by.
    await end(registry)
    throw error
  }
  return () => end(registry)
}

/** @param runner what the random numbers follow from where an option says nothing else */
function seeded(
  pools: Record<string, RunContext>,
  options: Record<string, ResolvedOptions>,
  runner: number,
): Record<string, RunContext> {
  const entries = Object.entries(pools).map(([name, context]): [string, RunContext] => {
    const seed = options[name]?.seed
    if (seed === false) return [name, context]
    return [name, { ...context, seed: { value: seed ?? runner, fixed: seed !== undefined } }]
  })
  return Object.fromEntries(entries)
}

function end(registry: Registry): Promise<void> {
  return holdExitCode(async () => {
    const outcome = await registry.release()
    for (const text of outcome.reports) announce(text)
    return outcome.failed
  })
}

declare module 'vitest' {
  interface ProvidedContext {
    'vitest-environment-python': import('../client/context.ts').ProvidedPools
  }
}
