import type { JestContext } from '../../client/lease/context.ts'
import { SetupError } from '../../support/errors.ts'
import { endRuns } from '../run/end.ts'
import { failureOf } from '../run/failure.ts'
import { Registry, registryOf } from '../run/registry.ts'
import { type JestGlobalConfig, openProject } from './project.ts'

const ending = new WeakMap<object, Promise<boolean>>()

function runsOf(globalConfig: JestGlobalConfig): Registry {
  return registryOf(globalConfig, () => {
    const open = async (project: string): Promise<JestContext> => {
      if (ending.has(globalConfig)) throw new SetupError('RUN_ENDED', 'Jest has torn this run down already.')
      return openProject(registry, globalConfig, JSON.parse(project))
    }
    const registry: Registry = new Registry({
      join: async (project) => JSON.stringify(await open(project).catch(failureOf)),
    })
    return registry
  })
}

/** The registry of a run of Jest. In watch mode there are many, one after the other, with one configuration. */
export function beginRuns(globalConfig: JestGlobalConfig): Registry {
  ending.delete(globalConfig)
  return runsOf(globalConfig)
}

/**
 * Ends it with the first call: with `--bail`, or with setups of the user's own, Jest tears down more than once.
 *
 * @returns whether Jest must fail
 */
export function endJestRuns(globalConfig: JestGlobalConfig): Promise<boolean> {
  const ended = ending.get(globalConfig) ?? endRuns(() => runsOf(globalConfig).end())
  ending.set(globalConfig, ended)
  return ended
}

export function isWatching({ watch, watchAll }: JestGlobalConfig): boolean {
  return watch || watchAll
}
