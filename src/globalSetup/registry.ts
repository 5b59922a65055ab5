import type { RunContext } from '../client/context.ts'
import type { ResolvedOptions } from '../pool/options.ts'
import { type ActiveRun, openRun } from './activeRun.ts'

/**
 * The runs of this process. Plugin and global setup can be two instances of one module, and a project that extends
 * the root runs the setup once more; so the state hangs on `globalThis`, and projects that agree share a run.
 */
export class Registry {
  readonly #runs = new Map<string, Promise<ActiveRun>>()
  #users = 0

  async acquire(root: string, options: ResolvedOptions): Promise<RunContext> {
    this.#users += 1
    const key = JSON.stringify([root, options])
    const opening = this.#runs.get(key) ?? openRun(root, options)
    this.#runs.set(key, opening)
    return (await opening).context
  }

  /** Gives up one use; the last one ends every run. */
  async release(): Promise<{ reports: string[]; failed: boolean }> {
    // A project whose setup failed at the options is torn down too, without a use of its own.
    this.#users = Math.max(0, this.#users - 1)
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
}

const KEY = Symbol.for('vitest-environment-python.registry')

/** The registry of this process. */
export function registry(): Registry {
  const holder = globalThis as { [KEY]?: Registry }
  holder[KEY] ??= new Registry()
  return holder[KEY]
}
