import type { RunContext } from '../client/context.ts'
import type { ResolvedOptions } from '../pool/options.ts'
import { type ActiveRun, openRun } from './activeRun.ts'

/**
 * The runs of one runner. Its projects share a run where their options agree; each has runs of its own where
 * they differ. All end with the last project, side by side.
 */
export class Registry {
  readonly #runs = new Map<string, Promise<ActiveRun>>()
  #users = 0

  /**
   * Opens runs, or joins those that are open, for one more user.
   *
   * @param pools options by the names of the pools
   * @throws SetupError what keeps a run from being opened; the use is given up then
   */
  async acquire(root: string, pools: Record<string, ResolvedOptions>): Promise<Record<string, RunContext>> {
    this.#users += 1
    const contexts: Record<string, RunContext> = {}
    // One after the other: what the first one installs, the next ones find.
    for (const [name, options] of Object.entries(pools)) {
      contexts[name] = (await this.#open(root, options)).context
    }
    return contexts
  }

  /** Gives up one use; the last one ends every run. */
  async release(): Promise<{ reports: string[]; failed: boolean }> {
    this.#users -= 1
    if (this.#users > 0) return { reports: [], failed: false }
    const runs = await Promise.allSettled(this.#runs.values())
    this.#runs.clear()
    const outcomes = await Promise.all(
      runs.flatMap((run) => (run.status === 'fulfilled' ? [run.value.stop()] : [])),
    )
    return {
      reports: outcomes.flatMap(({ report }) => report ?? []),
      failed: outcomes.some(({ failed }) => failed),
    }
  }

  #open(root: string, options: ResolvedOptions): Promise<ActiveRun> {
    const key = JSON.stringify([root, options])
    const opening = this.#runs.get(key) ?? openRun(root, options)
    this.#runs.set(key, opening)
    return opening
  }
}

const KEY = Symbol.for('vitest-environment-python.registries')

/**
 * The registry of a runner: two of them in one process must not end each other's runs. On `globalThis`,
 * because plugin and global setup can be two instances of one module.
 *
 * @param runner whatever lives as long as the runner does, and no longer
 */
export function registryOf(runner: object): Registry {
  const holder = globalThis as { [KEY]?: WeakMap<object, Registry> }
  holder[KEY] ??= new WeakMap()
  const registry = holder[KEY].get(runner) ?? new Registry()
  holder[KEY].set(runner, registry)
  return registry
}
