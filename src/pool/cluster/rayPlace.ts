import type { ResolvedCluster } from '../../options/clusterOptions.ts'
import { mintRunId } from '../../process/run/runId.ts'
import { SetupError } from '../../support/errors.ts'
import { listenVariable } from '../places/listen.ts'
import type { ArmedPlace, Place } from '../places/place.ts'
import { Reaper } from '../python/reaper/reaper.ts'
import { ReaperLines } from '../python/reaper/reaperLines.ts'
import type { Run } from '../run/run.ts'
import type { ClusterDriver, Placed } from './driver.ts'
import { bringHome } from './homeFiles.ts'

/** A node of a Ray cluster. */
export class RayPlace implements Place {
  readonly #run: Run
  readonly #cluster: ResolvedCluster
  readonly #index: number
  readonly #driver: () => Promise<ClusterDriver>

  /** @param index the number of the node; Ray decides which one that is */
  constructor(run: Run, cluster: ResolvedCluster, index: number, driver: () => Promise<ClusterDriver>) {
    this.#run = run
    this.#cluster = cluster
    this.#index = index
    this.#driver = driver
  }

  async arm(): Promise<ArmedPlace> {
    const driver = await this.#driver()
    const { startupTimeout } = this.#run.options
    const runId = mintRunId()
    const node = driver.linesOf(this.#index)
    node.onFile = (line) => bringHome(this.#run.directory.path, line)
    const placed = await driver.place(this.#index, runId, startupTimeout)
    refuseIfIncomplete(placed)
    const lines = new ReaperLines((receive) => {
      node.listen(receive)
      return node
    })
    const reaper = await Reaper.connect(lines)
    return {
      reaper,
      control: node,
      installation: { executable: placed.executable, version: placed.version, overlay: null },
      site: {
        node: placed.ip,
        runId,
        directory: placed.directory,
        mirror: this.#run.directory.path,
        controlPath: `${placed.directory}/control.sock`,
        // Without a working directory of its own, a node shares the file system.
        root: this.#cluster.runtimeEnv?.['working_dir'] === undefined ? this.#run.root : placed.root,
        bytecode: null,
        environment: this.#run.certificates ? listenVariable(placed.ip, this.#run.certificates) : {},
      },
      // The reaper of the node ends its processes, and the sweep of the node finds the others.
      record: () => {},
    }
  }
}

function refuseIfIncomplete({ ip, executable, missing }: Placed): void {
  if (missing.length === 0) return
  throw new SetupError(
    'CLUSTER_UNUSABLE',
    `${executable} on ${ip} lacks packages that the workers need. Install them there, or have Ray do it: ` +
      `cluster: { runtimeEnv: { pip: ${JSON.stringify(missing)} } }.`,
  )
}
