import type { ResolvedCluster } from '../../options/clusterOptions.ts'
import { describeExit, type Exit } from '../../process/system/exit.ts'
import type { Identity } from '../../process/system/identity.ts'
import { withDeadline } from '../../support/deadline.ts'
import { SetupError } from '../../support/errors.ts'
import type { JsonLine } from '../../support/jsonLines.ts'
import type { ClusterEnd, EndedNode } from '../places/clusterEnd.ts'
import type { Peer } from '../python/control.ts'
import type { Reaper } from '../python/reaper/reaper.ts'
import type { ArmedPython } from '../python/runtime.ts'
import { startProgram } from '../python/start/startProgram.ts'
import type { Run } from '../run/run.ts'
import { NodeLines } from './nodeLines.ts'

/** The facts that a node tells about its tree of processes. */
export interface Placed {
  readonly ip: string
  readonly directory: string
  readonly executable: string
  readonly version: string
  readonly root: string
  /** Packages that its interpreter lacks. */
  readonly missing: readonly string[]
}

/** For an answer of the head of the cluster. */
const HEAD_TIMEOUT_MS = 10_000
/** For Ray to start the processes that sweep the nodes. */
const SWEEP_START_MS = 30_000

/** The program that places trees of processes on the nodes of a Ray cluster, and passes lines on; see docs/protocol.md. */
export class ClusterDriver {
  /** Resolves when the program has ended; never rejects. */
  readonly exited: Promise<Exit>
  readonly #peer: Peer
  readonly #silence: number
  readonly #nodes: Map<number, NodeLines>
  readonly #answers: Answers
  /** The nodes of all trees that may exist and of which the driver hasn't told how they ended. */
  readonly #unswept = new Map<string, EndedNode>()

  private constructor(
    peer: Peer,
    silence: number,
    exited: Promise<Exit>,
    nodes: Map<number, NodeLines>,
    answers: Answers,
  ) {
    this.#peer = peer
    this.#silence = silence
    this.exited = exited
    this.#nodes = nodes
    this.#answers = answers
    void exited.then((exit) => {
      answers.end(exit)
      for (const lines of nodes.values()) lines.lose(`the driver of the cluster ${describeExit(exit)}`)
    })
  }

  /**
   * Starts the program below the reaper of this machine, and joins the cluster.
   *
   * @param onProcess called as soon as the process exists
   * @throws SetupError CLUSTER_UNUSABLE if Ray is missing, or if the cluster can't be joined or is open to strangers
   */
  static async start(
    run: Run,
    cluster: ResolvedCluster,
    local: ArmedPython,
    onProcess: (identity: Identity) => void,
  ): Promise<ClusterDriver> {
    const nodes = new Map<number, NodeLines>()
    const answers = new Answers()
    const { spawned, ready } = await startProgram({
      id: 'driver',
      program: 'driver',
      who: 'The driver of the cluster',
      code: 'CLUSTER_UNUSABLE',
      cluster: { ...cluster, keep: run.options.orphans.keep },
      run,
      startMethod: 'spawn',
      ...local,
      onLine: (line) => {
        if (line['event'] === 'line') nodes.get(Number(line['node']))?.receive(line)
        else if (line['event'] === 'node-lost')
          nodes.get(Number(line['node']))?.lose(`its node is lost: ${String(line['message'])}`)
        else answers.take(line)
      },
    })
    local.record('driver', spawned)
    onProcess(spawned)
    const { peer } = await ready()
    return new ClusterDriver(peer, cluster.silence, spawned.exited, nodes, answers)
  }

  /** The lines of a node, from before its tree is placed. */
  linesOf(node: number): NodeLines {
    const lines = new NodeLines((to, line) => this.#peer.send({ op: 'line', node, to, line }))
    this.#nodes.set(node, lines)
    return lines
  }

  /**
   * Places a tree of processes.
   *
   * @param tree marks its processes as a run ID does
   * @param timeout milliseconds
   * @throws SetupError CLUSTER_UNUSABLE with Ray's reason
   */
  async place(node: number, tree: string, timeout: number): Promise<Placed> {
    // An earlier tree of the node may be answered for late.
    const answer = this.#answers.next((line) => line['tree'] === tree && isPlacement(line))
    this.#unswept.set(tree, unswept(node, `number ${node}`))
    this.#peer.send({ op: 'place', node, tree, timeout })
    // The driver has the same time limit, and its error names the step that took too long.
    const line = await withDeadline(answer, timeout + HEAD_TIMEOUT_MS, `node ${node} of the cluster`)
    if (line['event'] === 'placed') {
      const placed = line as unknown as Placed
      this.#unswept.set(tree, unswept(node, placed.ip))
      return placed
    }
    throw new SetupError(
      'CLUSTER_UNUSABLE',
      `Node ${node} of the cluster could not be used: ${String(line['message'])}`,
    )
  }

  /**
   * Ends the trees on the nodes, and has each node swept by a process that has nothing to do with the run. If the driver
   * fails, the result names all nodes that it has not told about.
   */
  async end(reapers: readonly Reaper[]): Promise<ClusterEnd> {
    for (const reaper of reapers) reaper.dismissed = true
    const nodes: EndedNode[] = []
    const verdict = this.#answers.next((line) => {
      if (line['event'] === 'ended') {
        nodes.push(line as unknown as EndedNode)
        this.#unswept.delete(String(line['tree']))
      }
      return line['event'] === 'verdict'
    })
    try {
      return { problem: await this.#finish(verdict), nodes }
    } catch (error) {
      return { problem: (error as Error).message, nodes: [...nodes, ...this.#unswept.values()] }
    }
  }

  async #finish(verdict: Promise<JsonLine>): Promise<string | null> {
    this.#peer.send({ op: 'end' })
    // Nodes that are being placed, the trees, the head and the sweeps have twice the silence each.
    const timeout = 8 * this.#silence + SWEEP_START_MS + HEAD_TIMEOUT_MS
    const { problem } = await withDeadline(verdict, timeout, 'the cluster to end')
    return problem as string | null
  }

  /** Asks the program to end. */
  exit(): void {
    this.#peer.send({ op: 'exit' })
  }
}

function unswept(node: number, ip: string): EndedNode {
  return { node, ip, orphans: [], kept: [], problem: 'it has not been swept' }
}

function isPlacement({ event }: JsonLine): boolean {
  return event === 'placed' || event === 'place-failed'
}

/** Matches the driver's answers with the callers that wait for them. */
class Answers {
  readonly #waiting = new Set<(line: JsonLine) => boolean>()
  #end: Error | undefined
  readonly #failures = new Set<(error: Error) => void>()

  /** The next line that `wants` accepts. Rejects if the driver ends before. */
  next(wants: (line: JsonLine) => boolean): Promise<JsonLine> {
    return new Promise((resolve, reject) => {
      if (this.#end) return reject(this.#end)
      this.#failures.add(reject)
      const waiter = (line: JsonLine) => {
        if (!wants(line)) return false
        this.#waiting.delete(waiter)
        this.#failures.delete(reject)
        resolve(line)
        return true
      }
      this.#waiting.add(waiter)
    })
  }

  take(line: JsonLine): void {
    for (const waiter of this.#waiting) if (waiter(line)) return
  }

  end(exit: Exit): void {
    this.#end = new SetupError('CLUSTER_UNUSABLE', `The driver of the cluster ${describeExit(exit)}.`)
    for (const fail of this.#failures) fail(this.#end)
  }
}
