import { PROTOCOL, protocolMismatch } from '../../../process/run/protocol.ts'
import type { RunDirectory } from '../../../process/run/runDirectory.ts'
import type { SignalOutcome } from '../../../process/run/signal.ts'
import { describeExit, type Exit } from '../../../process/system/exit.ts'
import type { Identity, OwnerIdentity } from '../../../process/system/identity.ts'
import type { LimitName } from '../../../process/system/parseLimits.ts'
import { system } from '../../../process/system/system.ts'
import { withDeadline } from '../../../support/deadline.ts'
import { debugLog } from '../../../support/debugLog.ts'
import { SetupError } from '../../../support/errors.ts'
import type { JsonLine } from '../../../support/jsonLines.ts'
import { ANSWER_TIMEOUT_MS, ReaperLines } from './reaperLines.ts'
import { ReaperProcess } from './reaperProcess.ts'

/** The reaper's report that it is armed. */
export interface Armed extends Identity {
  /** The resource limits that mark every process of the run. */
  limits: LimitName[]
  /** Whether it becomes the parent of every descendant whose own parent ends. */
  subreaper: boolean
  /** Directory of the run's control group; `null` if the system does not permit one. */
  cgroup: string | null
}

/** The descendants of the reaper after they were killed. */
export interface KilledTree {
  /** Got SIGKILL. */
  killed: Identity[]
  /** Alive all the same, for example because they have refused the signal. */
  left: Identity[]
  /** Whether the reaper has no descendant any more, except those that are kept. */
  empty: boolean
}

/** The programs of this package beside the reaper. */
export type PythonProgram = 'forkserver' | 'inspector' | 'coverage' | 'driver'

/** A program to be started by the reaper. */
export interface SpawnOrder {
  id: string
  argv: string[]
  /** A program of this package for the interpreter in `argv`. It is sent on standard input, so `ps` does not show it. */
  program?: PythonProgram
  /** Configuration of the program. */
  config?: object
  env: Record<string, string>
  cwd: string
  /** File for standard output and error. */
  log: string
}

const debug = debugLog('reaper')

const KILLED: Exit = { status: null, signal: 'SIGKILL' }

/** For the interpreter to start, even on a busy machine. */
const ARM_TIMEOUT_MS = 15_000

/**
 * The ancestor of all Python processes of the run. It outlives this process in order to end them. It also sends our
 * signals, because Node has no pidfd.
 */
export class Reaper {
  readonly armed: Armed
  /** Resolves when the reaper has ended for any reason; never rejects. */
  readonly ended: Promise<Exit>
  /** Whether the run has asked it to end. */
  dismissed = false
  #gone = false
  readonly #lines: ReaperLines

  private constructor(lines: ReaperLines, armed: Armed) {
    this.#lines = lines
    this.armed = armed
    this.ended = lines.link.ended
    void this.ended.then(() => {
      this.#gone = true
    })
  }

  /**
   * Starts the reaper and waits until it is armed. No other process of the run may exist before that.
   *
   * @param keep executables whose processes may outlive the run
   */
  static async start(
    executable: string,
    run: RunDirectory,
    owner: OwnerIdentity,
    keep: readonly string[],
  ): Promise<Reaper> {
    return Reaper.connect(
      new ReaperLines((receive) => new ReaperProcess(executable, run, owner, keep, receive)),
    )
  }

  /** Waits until a reaper that has been started is armed. If it isn't armed in time, it is ended. */
  static async connect(lines: ReaperLines): Promise<Reaper> {
    try {
      return new Reaper(lines, await Reaper.#arm(lines))
    } catch (error) {
      await lines.link.abandon()
      throw error
    }
  }

  static async #arm(lines: ReaperLines): Promise<Armed> {
    const armed = await lines.answer(
      (line) => line['event'] === 'armed',
      'the reaper to be armed',
      ARM_TIMEOUT_MS,
    )
    if (armed['protocol'] !== PROTOCOL) {
      throw new SetupError(
        'PROTOCOL_MISMATCH',
        protocolMismatch('The reaper', armed['protocol'], 'this package'),
      )
    }
    debug('armed: %o', armed)
    return armed as unknown as Armed
  }

  /** Starts a program as a child of the reaper; `exited` resolves when the program ends. */
  async spawn(order: SpawnOrder): Promise<Identity & { exited: Promise<Exit> }> {
    const isMine = (line: JsonLine) => line['id'] === order.id
    const exited = this.#lines.next((line) => isMine(line) && line['event'] === 'exited')
    const answer = await this.#lines.ask(
      { op: 'spawn', ...order },
      (line) => isMine(line) && (line['event'] === 'spawned' || line['event'] === 'spawn-failed'),
      `the reaper to start ${order.id}`,
    )
    if (answer['event'] === 'spawn-failed')
      throw new SetupError('PYTHON_START_FAILED', `Cannot start ${order.argv[0]}: ${answer['message']}`)
    debug('started %s: pid %d', order.id, answer['pid'])
    // Its children do not survive the reaper (PDEATHSIG), and no other process reports their end.
    const alone = this.ended.then((exit) => ({ ...KILLED, because: `the reaper ${describeExit(exit)}` }))
    return {
      ...(answer as unknown as Identity),
      exited: Promise.race([exited as unknown as Promise<Exit>, alone]),
    }
  }

  /** Signals processes, each only if its identity still matches. */
  signal = async (targets: Identity[], signal: NodeJS.Signals): Promise<SignalOutcome[]> => {
    if (targets.length === 0) return []
    const identities = targets.map(({ pid, startTime }) => ({ pid, startTime }))
    const answer = await this.#lines.request({ op: 'signal', signal, targets: identities }, 'signalled')
    const outcomes = answer['outcomes'] as SignalOutcome[]
    debug('%s to %o: %o', signal, identities, outcomes)
    return outcomes
  }

  /**
   * Kills every descendant that may not outlive the run, repeatedly, until there is none or the time is up.
   *
   * @param timeout milliseconds
   */
  async killTree(timeout: number): Promise<KilledTree> {
    const line = { op: 'kill-tree', timeout }
    const answer = await this.#lines.request(line, 'tree-killed', timeout + ANSWER_TIMEOUT_MS)
    const tree = answer as unknown as KilledTree
    debug('killed the tree: %o', tree.killed)
    return tree
  }

  /** Whether it has ended. The end of a child may be known before the system's table shows it, and the other way round. */
  hasEnded(): boolean {
    return this.#gone || system.table.lifeOf(this.armed) === 'ended'
  }

  /** Whether it has answered every request in time so far. A reaper that is stopped is not waited for twice. */
  get responsive(): boolean {
    return this.#lines.responsive
  }

  /** Ends a reaper that does not answer. */
  abandon(): Promise<void> {
    return this.#lines.link.abandon()
  }

  /** Ends the reaper. */
  async exit(): Promise<Exit> {
    this.dismissed = true
    if (!this.responsive) throw new Error('The reaper does not answer.')
    debug('is asked to exit')
    this.#lines.link.send({ op: 'exit' })
    return withDeadline(this.ended, ANSWER_TIMEOUT_MS, 'the reaper to exit')
  }
}
