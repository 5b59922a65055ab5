import type { ResolvedCluster } from '../../options/clusterOptions.ts'
import { describeExit } from '../../process/system/exit.ts'
import type { Identity } from '../../process/system/identity.ts'
import { withDeadline } from '../../support/deadline.ts'
import { forgetFailure } from '../../support/forgetFailure.ts'
import type { ClusterEnd } from '../places/clusterEnd.ts'
import type { Place } from '../places/place.ts'
import { endForkservers } from '../python/endForkservers.ts'
import { PythonRuntime, type PythonState, type PythonUp, type Runtime } from '../python/runtime.ts'
import type { Run } from '../run/run.ts'
import { ClusterDriver } from './driver.ts'
import { RayPlace } from './rayPlace.ts'

/** For the driver to end by itself. */
const DRIVER_TIMEOUT_MS = 5_000

/** The Python of a run on the nodes of a cluster: on this machine a reaper and the driver, on each node all the rest. */
export class ClusterRuntime implements Runtime {
  readonly announce: (sentence: string) => void
  readonly #run: Run
  readonly #cluster: ResolvedCluster
  readonly #local: PythonRuntime
  readonly #nodes: readonly PythonRuntime[]
  /** The node of each worker that was started. */
  readonly #nodeOf = new WeakMap<Promise<PythonUp>, PythonRuntime>()
  readonly #problems: string[] = []
  #driver: Promise<ClusterDriver> | undefined
  #driverProcess: Identity | undefined
  #ended = false

  constructor(run: Run, cluster: ResolvedCluster, local: Place, announce: (sentence: string) => void) {
    this.#run = run
    this.#cluster = cluster
    this.announce = announce
    this.#local = new PythonRuntime(run, local, announce)
    this.#nodes = Array.from(
      { length: cluster.nodes },
      (_, index) => new PythonRuntime(run, new RayPlace(run, cluster, index, () => this.#join()), announce),
    )
  }

  get problems(): string[] {
    const nodes = this.#nodes.flatMap(({ state, problems }, index) =>
      problems.map((text) => `node ${(state.phase === 'armed' && state.site.node) || index}: ${text}`),
    )
    return [...this.#problems, ...this.#local.problems, ...nodes]
  }

  get sources() {
    return this.#nodes[0]!.sources
  }

  get epoch(): number {
    return this.#nodes[0]!.epoch
  }

  /** Of this machine. */
  get state(): PythonState {
    return this.#local.state
  }

  get forkserverPids(): number[] {
    return this.#driverProcess ? [this.#driverProcess.pid] : []
  }

  async settled(): Promise<PythonState> {
    await Promise.all(this.#nodes.map((node) => node.settled()))
    return this.#local.settled()
  }

  /** Starts Python on the node that has the fewest of the workers `others`. */
  start(others: readonly Promise<PythonUp>[] = []): Promise<PythonUp> {
    const loads = new Map<PythonRuntime | undefined, number>()
    for (const up of others) {
      const node = this.#nodeOf.get(up)
      loads.set(node, (loads.get(node) ?? 0) + 1)
    }
    const load = (node: PythonRuntime) => loads.get(node) ?? 0
    const usable = this.#nodes.filter(
      ({ state, problems }) => state.phase !== 'failed' && problems.length === 0,
    )
    const candidates = usable.length > 0 ? usable : this.#nodes
    const node = candidates.reduce((least, next) => (load(next) < load(least) ? next : least))
    const up = node.start()
    this.#nodeOf.set(up, node)
    return up
  }

  outdate(): boolean {
    if (!this.#nodes.some((node) => node.isOutdated())) return false
    for (const node of this.#nodes) node.beginEpoch()
    return true
  }

  distrustForks(reason: string): boolean {
    const [first, ...others] = this.#nodes as [PythonRuntime, ...PythonRuntime[]]
    if (!first.distrustForks(reason)) return false
    for (const node of others) node.spawnWorkers()
    return true
  }

  endOutdated(inUse: ReadonlySet<number>): void {
    for (const node of this.#nodes) node.endOutdated(inUse)
  }

  async stopStarting(): Promise<void> {
    await Promise.all([this.#local, ...this.#nodes].map((python) => python.stopStarting()))
  }

  /** Ends the nodes, and then the driver. */
  async endNodes(): Promise<ClusterEnd> {
    this.#ended = true
    const driver = await this.#driver?.catch(() => undefined)
    if (!driver) return { nodes: [], problem: null }
    const armed = this.#nodes.flatMap(({ state }) => (state.phase === 'armed' ? [state] : []))
    // A node that doesn't answer keeps no other one from being swept.
    await Promise.allSettled(armed.map((node) => endForkservers(node, node.reaper.signal)))
    try {
      return await driver.end(armed.map(({ reaper }) => reaper))
    } finally {
      driver.exit()
      await withDeadline(driver.exited, DRIVER_TIMEOUT_MS, 'the driver of the cluster to end').catch(() =>
        this.#killDriver(),
      )
    }
  }

  /** It is no process of a test, so the sweep of this machine must not find it. */
  async #killDriver(): Promise<void> {
    const { state } = this.#local
    if (state.phase !== 'armed' || !this.#driverProcess) return
    // If that fails, the sweep finds it after all.
    await state.reaper.signal([this.#driverProcess], 'SIGKILL').catch(() => {})
  }

  #join(): Promise<ClusterDriver> {
    if (this.#driver) return this.#driver
    const coming = this.#startDriver()
    this.#driver = coming
    forgetFailure(coming, () => {
      this.#driver = undefined
    })
    return coming
  }

  async #startDriver(): Promise<ClusterDriver> {
    const local = await this.#local.arm()
    const driver = await ClusterDriver.start(this.#run, this.#cluster, local, (identity) => {
      this.#driverProcess = identity
    })
    void driver.exited.then((exit) => {
      if (!this.#ended) this.#problems.push(`the driver of the cluster ${describeExit(exit)} during the run`)
    })
    return driver
  }
}
