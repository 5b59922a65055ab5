import type { RunContext } from '../../client/lease/context.ts'
import type { ResolvedOptions } from '../../options/options.ts'
import type { Join } from '../../pool/broker/join.ts'
import type { Watch } from '../../pool/run/run.ts'
import { type ActiveRun, openRun } from './activeRun.ts'

/** How the runs of a runner ended, together. */
export interface Outcomes {
  reports: string[]
  failed: boolean
}

/** What a runner contributes to each of its runs. */
export interface RunnerHooks {
  watch?: Watch
  join?: Join
}

/**
 * The runs of one runner. Its projects share a run where their options agree; each has runs of its own where
 * they differ. All end with the last project, side by side.
 */
export class Registry {
  readonly #runs = new Map<string, Promise<ActiveRun>>()
  /** Those that have been opened. */
  readonly #active = new Set<ActiveRun>()
  readonly #hooks: RunnerHooks
  readonly #openRun: typeof openRun
  #users = 0

  /** @param hooks passed on to `openRun` */
  constructor(hooks: RunnerHooks = {}, open: typeof openRun = openRun) {
    this.#hooks = hooks
    this.#openRun = open
  }

  /**
   * Opens runs, or joins those that are open, for one more user.
   *
   * @param pools options by the names of the pools
   * @throws SetupError what keeps a run from being opened; the use is given up then
   */
  acquire(root: string, pools: Record<string, ResolvedOptions>): Promise<Record<string, RunContext>> {
    this.#users += 1
    return this.open(root, pools)
  }

  /** The same for nobody in particular: `end` ends them. */
  async open(root: string, pools: Record<string, ResolvedOptions>): Promise<Record<string, RunContext>> {
    const contexts: Record<string, RunContext> = {}
    // One after the other: what the first one installs, the next ones find.
    for (const [name, options] of Object.entries(pools)) {
      contexts[name] = (await this.#open(root, options)).context
    }
    return contexts
  }

  /** A Python file has changed; the test files, as absolute paths, that this concerns. */
  fileChanged(file: string): string[] {
    return [...this.#active].flatMap((run) => run.fileChanged(file))
  }

  /** Gives up one use; the last one ends every run. */
  async release(): Promise<Outcomes> {
    this.#users -= 1
    return this.#users > 0 ? { reports: [], failed: false } : this.end()
  }

  /** Ends every run, whoever uses it. */
  async end(): Promise<Outcomes> {
    const runs = await Promise.allSettled(this.#runs.values())
    this.#runs.clear()
    this.#active.clear()
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
    const known = this.#runs.get(key)
    if (known) return known
    const opening = this.#openRun(root, options, this.#hooks)
    this.#runs.set(key, opening)
    opening.then(
      (run) => this.#active.add(run),
      () => this.#runs.delete(key),
    )
    return opening
  }
}

const KEY = Symbol.for('vitest-environment-python.registries')

/**
 * The registry of a runner: two of them in one process must not end each other's runs. On `globalThis`,
 * because plugin and global setup can be two instances of one module.
 *
 * @param runner whatever lives as long as the runner does, and no longer
 * @param make is asked for it once
 */
export function registryOf(runner: object, make: () => Registry): Registry {
  const holder = globalThis as { [KEY]?: WeakMap<object, Registry> }
  holder[KEY] ??= new WeakMap()
  const registry = holder[KEY].get(runner) ?? make()
  holder[KEY].set(runner, registry)
  return registry
}
