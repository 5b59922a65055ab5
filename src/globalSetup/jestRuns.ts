import { endRuns } from './end.ts'
import { Registry, registryOf } from './registry.ts'

/** Of Jest's global configuration, what is read here. */
export interface JestGlobalConfig {
  seed: number
  /** Test processes. */
  maxWorkers: number
  watch: boolean
  watchAll: boolean
}

const ending = new WeakMap<object, Promise<boolean>>()

const runsOf = (globalConfig: object) => registryOf(globalConfig, () => new Registry())

/** The registry of a run of Jest. In watch mode there are many, one after the other, with one configuration. */
export function beginRuns(globalConfig: object): Registry {
  ending.delete(globalConfig)
  return runsOf(globalConfig)
}

/**
 * Ends it with the first call: with `--bail`, or with setups of the user's own, Jest tears down more than once.
 *
 * @returns whether Jest must fail
 */
export function endJestRuns(globalConfig: object): Promise<boolean> {
  const ended = ending.get(globalConfig) ?? endRuns(() => runsOf(globalConfig).end())
  ending.set(globalConfig, ended)
  return ended
}

export function isWatching({ watch, watchAll }: JestGlobalConfig): boolean {
  return watch || watchAll
}
