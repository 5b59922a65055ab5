import type { JestContext } from '../../client/lease/context.ts'
import { type RecordedRunner, Recording } from '../../report/record/recording.ts'
import { SetupError } from '../../support/errors.ts'
import { endIfAbandoned } from '../run/abandoned.ts'
import { endRuns } from '../run/end.ts'
import { failureOf } from '../run/failure.ts'
import { Registry, registryOf } from '../run/registry.ts'
import { installedVersion } from '../run/runnerVersions.ts'
import { reportCoverage } from './coverage.ts'
import { type JestGlobalConfig, openProject } from './project.ts'

const ending = new WeakMap<object, Promise<boolean>>()

function runsOf(globalConfig: JestGlobalConfig): Registry {
  return registryOf(globalConfig, () => {
    const open = async (project: string): Promise<JestContext> => {
      if (ending.has(globalConfig)) throw new SetupError('RUN_ENDED', 'Jest has already torn this run down.')
      return openProject(registry, globalConfig, JSON.parse(project))
    }
    const recording = new Recording(recordedRunner(globalConfig))
    const registry: Registry = new Registry({
      recording,
      join: async (project) => JSON.stringify(await open(project).catch(failureOf)),
    })
    return registry
  })
}

function recordedRunner({ rootDir = process.cwd(), shard }: JestGlobalConfig): RecordedRunner {
  return {
    runner: { name: 'jest', version: installedVersion('jest', rootDir) ?? 'unknown' },
    shard: shard ? { index: shard.shardIndex, count: shard.shardCount } : null,
    root: rootDir,
  }
}

/** The registry of a Jest run. Watch mode has many runs, one after the other, with the same configuration object. */
export function beginRuns(globalConfig: JestGlobalConfig): Registry {
  ending.delete(globalConfig)
  const registry = runsOf(globalConfig)
  endIfAbandoned(registry)
  reportCoverage(globalConfig, registry)
  return registry
}

/**
 * Ends the runs on the first call. With `--bail`, or with several global setups, Jest tears down more than once.
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
