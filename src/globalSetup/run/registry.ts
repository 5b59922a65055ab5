import type { RunContext } from '../../client/lease/context.ts'
import type { ResolvedOptions } from '../../options/schema.ts'
import type { Join } from '../../pool/broker/join.ts'
import { DebugPorts } from '../../pool/debug/debugPorts.ts'
import type { Watch } from '../../pool/run/run.ts'
import type { Recording, ReportRequest } from '../../report/record/recording.ts'
import type { Conclusion } from '../../report/summary/conclude.ts'
import { type ActiveRun, openRun } from './activeRun.ts'

/** The combined outcome of a runner's runs. */
export interface Outcomes {
  reports: string[]
  failed: boolean
  /** Absent if runs are still in use. */
  conclusion?: Conclusion | undefined
  /** Which test files have used which Python files; `undefined` if the runs go on. */
  used?: ActiveRun['used']
}

/** A project that opens pools. */
export interface RegistryProject {
  root: string
  /** Empty if the runner has one project without a name. */
  name?: string
  report?: ReportRequest['options']
}

/** Callbacks of a runner, which each of its runs gets. */
export interface RunnerHooks {
  watch?: Watch
  join?: Join
  recording?: Recording
}

/**
 * The runs of one runner. Projects with the same options share a run. All runs end together, with the last project.
 */
export class Registry {
  /** The ports at which debuggers attach. They close when the runs end. */
  readonly debugPorts = new DebugPorts()
  readonly #runs = new Map<string, Promise<ActiveRun>>()
  /** The runs that are open. */
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
   * Opens runs, or joins open ones, for one more project. `release` ends this use.
   *
   * @param pools options by pool name
   * @throws SetupError if a run cannot be opened. The use counts all the same
   */
  acquire(
    project: RegistryProject,
    pools: Record<string, ResolvedOptions>,
  ): Promise<Record<string, RunContext>> {
    this.#users += 1
    return this.open(project, pools)
  }

  /** Opens runs without counting a use: `end` ends them. */
  async open(
    { root, name: project, report }: RegistryProject,
    pools: Record<string, ResolvedOptions>,
  ): Promise<Record<string, RunContext>> {
    const { recording } = this.#hooks
    if (report) recording?.ask({ root, options: report })
    const contexts: Record<string, RunContext> = {}
    // One after the other, so the next runs find the packages that the first one has installed.
    for (const [name, options] of Object.entries(pools)) {
      const { context } = await this.#open(root, options)
      recording?.name(context.runId, project ? `${project}:${name}` : name)
      // The projects that share a run may want different reports of it.
      contexts[name] = recording?.wantsCalls ? { ...context, recordsCalls: true } : context
    }
    return contexts
  }

  /** Whether there are runs that have not ended. */
  get isOpen(): boolean {
    return this.#runs.size > 0
  }

  /** Reports that a Python file has changed. Returns the test files that have used it, as absolute paths. */
  fileChanged(file: string): string[] {
    return [...this.#active].flatMap((run) => run.fileChanged(file))
  }

  /** The runs that are open. */
  get active(): readonly ActiveRun[] {
    return [...this.#active]
  }

  /** Ends one use. The last one ends every run. */
  async release(): Promise<Outcomes> {
    this.#users -= 1
    return this.#users > 0 ? { reports: [], failed: false } : this.end()
  }

  /** Ends every run, even if it is in use. */
  async end(): Promise<Outcomes> {
    this.debugPorts.close()
    const settled = await Promise.allSettled(this.#runs.values())
    this.#runs.clear()
    this.#active.clear()
    const runs = settled.flatMap((run) => (run.status === 'fulfilled' ? [run.value] : []))
    const outcomes = await Promise.all(runs.map((run) => run.stop()))
    const conclusion = await this.conclude()
    this.#hooks.recording?.close()
    return {
      conclusion,
      reports: outcomes.flatMap(({ report }) => report ?? []),
      failed: outcomes.some(({ failed }) => failed),
      used: mergeUsed(runs),
    }
  }

  /** Writes the reports as of now. In watch mode, they are written after each rerun. */
  async conclude(): Promise<Conclusion | undefined> {
    const { recording } = this.#hooks
    if (!recording?.isNeeded) return undefined
    const { conclude } = await import('../../report/summary/conclude.ts')
    return conclude(recording)
  }

  #open(root: string, options: ResolvedOptions): Promise<ActiveRun> {
    const key = JSON.stringify([root, options])
    const known = this.#runs.get(key)
    if (known) return known
    const opening = this.#openRun(root, options, { ...this.#hooks, debugPorts: this.debugPorts })
    this.#runs.set(key, opening)
    opening.then(
      (run) => this.#active.add(run),
      () => this.#runs.delete(key),
    )
    return opening
  }
}

function mergeUsed(runs: readonly ActiveRun[]): ActiveRun['used'] {
  const merged = new Map<string, ReadonlySet<string>>()
  for (const [test, files] of runs.flatMap(({ used }) => [...used])) {
    merged.set(test, new Set([...(merged.get(test) ?? []), ...files]))
  }
  return merged
}

const KEY = Symbol.for('vitest-environment-python.registries')

/**
 * The registry of a runner. Two runners in one process must not end each other's runs. It is kept on `globalThis`,
 * because plugin and global setup may load this module twice.
 *
 * @param runner an object that lives exactly as long as the runner
 * @param make called once for each runner
 */
export function registryOf(runner: object, make: () => Registry): Registry {
  const holder = globalThis as { [KEY]?: WeakMap<object, Registry> }
  holder[KEY] ??= new WeakMap()
  const registry = holder[KEY].get(runner) ?? make()
  holder[KEY].set(runner, registry)
  return registry
}
