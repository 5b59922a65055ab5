import type { Writable } from 'node:stream'
import { execa } from 'execa'
import {
  PROTOCOL,
  protocolMismatch,
  RUN_DIRECTORY_VARIABLE,
  RUN_ID_VARIABLE,
} from '../../process/run/protocol.ts'
import type { RunDirectory } from '../../process/run/runDirectory.ts'
import { pythonPrograms, type SignalOutcome } from '../../process/run/signal.ts'
import { describeExit, type Exit } from '../../process/system/exit.ts'
import type { Identity, OwnerIdentity } from '../../process/system/identity.ts'
import { withDeadline } from '../../support/deadline.ts'
import { SetupError } from '../../support/errors.ts'
import { type JsonLine, readLines, writeLine } from '../../support/jsonLines.ts'

/** How the reaper was armed. */
export interface Armed extends Identity {
  /** Whether the resource-limit cookie could be set. */
  limitCookie: boolean
  /** Directory of the run's control group, where the system let us make one. */
  cgroup: string | null
}

/** What the reaper starts on request. */
export interface SpawnOrder {
  id: string
  argv: string[]
  env: Record<string, string>
  cwd: string
  /** File for standard output and error. */
  log: string
}

const KILLED: Exit = { status: null, signal: 'SIGKILL' }

/** Milliseconds for the interpreter to start, also on a machine that does much else. */
const ARM_TIMEOUT = 15_000
/** The reaper answers at once; anything slower means that it is stopped or that the machine stands still. */
const ANSWER_TIMEOUT = 3_000

/**
 * The process that outlives this one, if only to end the run's other processes: parent of all of them,
 * and the one that signals them, because Node has no pidfd.
 */
export class Reaper {
  readonly armed: Armed
  /** Resolves when the reaper ended, whyever; never rejects. */
  readonly ended: Promise<Exit>
  /** Whether its end is what we want by now. */
  dismissed = false
  readonly #process: ReaperProcess

  private constructor(reaperProcess: ReaperProcess, armed: Armed) {
    this.#process = reaperProcess
    this.armed = armed
    this.ended = reaperProcess.ended
  }

  /** Starts the reaper and waits until it is armed: nothing else may exist before. */
  static async start(executable: string, run: RunDirectory, owner: OwnerIdentity): Promise<Reaper> {
    const reaperProcess = new ReaperProcess(executable, run, owner)
    try {
      return await Reaper.#arm(reaperProcess)
    } catch (error) {
      await reaperProcess.abandon()
      throw error
    }
  }

  static async #arm(reaperProcess: ReaperProcess): Promise<Reaper> {
    const armed = await reaperProcess.answer(
      (line) => line['event'] === 'armed',
      'the reaper to be armed',
      ARM_TIMEOUT,
    )
    if (armed['protocol'] !== PROTOCOL) {
      throw new SetupError(
        'PROTOCOL_MISMATCH',
        protocolMismatch('The reaper', armed['protocol'], 'this package'),
      )
    }
    return new Reaper(reaperProcess, armed as unknown as Armed)
  }

  /** Starts a program below the reaper; `exited` resolves when that ends. */
  async spawn(order: SpawnOrder): Promise<Identity & { exited: Promise<Exit> }> {
    const isMine = (line: JsonLine) => line['id'] === order.id
    const exited = this.#process.next((line) => isMine(line) && line['event'] === 'exited')
    const answer = await this.#process.ask(
      { op: 'spawn', ...order },
      (line) => isMine(line) && (line['event'] === 'spawned' || line['event'] === 'spawn-failed'),
      `the reaper to start ${order.id}`,
    )
    if (answer['event'] === 'spawn-failed')
      throw new SetupError('PYTHON_START_FAILED', `${order.argv[0]} cannot be started: ${answer['message']}`)
    // What the reaper started does not survive it (PDEATHSIG), and nobody else tells of its end.
    const alone = this.ended.then((exit) => ({ ...KILLED, because: `the reaper ${describeExit(exit)}` }))
    return {
      ...(answer as unknown as Identity),
      exited: Promise.race([exited as unknown as Promise<Exit>, alone]),
    }
  }

  /** Signals processes whose identity still holds. */
  signal = async (targets: Identity[], signal: NodeJS.Signals): Promise<SignalOutcome[]> => {
    if (targets.length === 0) return []
    const identities = targets.map(({ pid, startTime }) => ({ pid, startTime }))
    const answer = await this.#process.request({ op: 'signal', signal, targets: identities }, 'signalled')
    return answer['outcomes'] as SignalOutcome[]
  }

  /** Kills every descendant, again and again, until there is none or the time (milliseconds) is up; resolves to whom. */
  async killTree(timeout: number): Promise<Identity[]> {
    const answer = await this.#process.request(
      { op: 'kill-tree', timeout },
      'tree-killed',
      timeout + ANSWER_TIMEOUT,
    )
    return answer['killed'] as Identity[]
  }

  /** Whether it has answered everything so far in time; one that is stopped is not waited for twice. */
  get responsive(): boolean {
    return this.#process.responsive
  }

  /** Ends the reaper. */
  async exit(): Promise<Exit> {
    this.dismissed = true
    if (!this.responsive) throw new Error('The reaper does not answer.')
    this.#process.send({ op: 'exit' })
    return withDeadline(this.ended, ANSWER_TIMEOUT, 'the reaper to exit')
  }
}

/** The reaper's lines, matched with who waits for them. */
class ReaperProcess {
  readonly ended: Promise<Exit>
  responsive = true
  readonly #input: Writable
  readonly #kill: () => boolean
  readonly #waiting = new Set<{ wants(line: JsonLine): boolean; take(line: JsonLine): void }>()
  #requests = 0
  #said = ''

  constructor(executable: string, run: RunDirectory, owner: OwnerIdentity) {
    const subprocess = execa(executable, reaperArguments(run, owner), {
      // A session of its own: Ctrl-C goes to the runner, and the reaper sees the runner's end.
      detached: true,
      cleanup: false,
      reject: false,
      buffer: { stdout: false },
      stdin: 'pipe',
      stdout: 'pipe',
      env: { [RUN_ID_VARIABLE]: run.runId, [RUN_DIRECTORY_VARIABLE]: run.path },
    })
    this.ended = subprocess.then(({ exitCode = null, signal = null, stderr, originalMessage }) => {
      this.#said = [originalMessage, stderr].filter(Boolean).join('\n')
      return { status: exitCode, signal }
    })
    this.#input = subprocess.stdin
    this.#kill = () => subprocess.kill('SIGKILL')
    this.#input.on('error', () => {})
    readLines(
      subprocess.stdout,
      (line) => this.#dispatch(line),
      () => {},
    )
  }

  /** Gives up a reaper that could not be armed: at the end of its input it ends by itself, or it is killed. */
  async abandon(): Promise<void> {
    this.#input.end()
    // Its exit has not been collected, so that its pid cannot be another process's.
    await withDeadline(this.ended, ANSWER_TIMEOUT, 'the reaper to end').catch(() => this.#kill())
  }

  send(line: JsonLine): void {
    writeLine(this.#input, line)
  }

  /** The next line that `wants` accepts; pending for ever where none comes. */
  next(wants: (line: JsonLine) => boolean): Promise<JsonLine> {
    return new Promise((resolve) => {
      const waiter = {
        wants,
        take: (line: JsonLine) => {
          this.#waiting.delete(waiter)
          resolve(line)
        },
      }
      this.#waiting.add(waiter)
    })
  }

  async answer(
    wants: (line: JsonLine) => boolean,
    waitedFor: string,
    timeout = ANSWER_TIMEOUT,
  ): Promise<JsonLine> {
    const death = this.ended.then((exit): never => {
      throw new SetupError(
        'REAPER_DIED',
        `The reaper ${describeExit(exit)} while the run waited for ${waitedFor}.\n${this.#said}`.trim(),
      )
    })
    return withDeadline(Promise.race([this.next(wants), death]), timeout, () => {
      this.responsive = false
      return waitedFor
    })
  }

  ask(
    line: JsonLine,
    wants: (line: JsonLine) => boolean,
    waitedFor: string,
    timeout?: number,
  ): Promise<JsonLine> {
    const answer = this.answer(wants, waitedFor, timeout)
    this.send(line)
    return answer
  }

  request(line: JsonLine, event: string, timeout?: number): Promise<JsonLine> {
    const request = ++this.#requests
    const wants = (answer: JsonLine) => answer['event'] === event && answer['request'] === request
    return this.ask({ ...line, request }, wants, `the reaper to answer ${String(line['op'])}`, timeout)
  }

  #dispatch(line: JsonLine): void {
    for (const waiter of this.#waiting) if (waiter.wants(line)) return waiter.take(line)
  }
}

function reaperArguments(run: RunDirectory, owner: OwnerIdentity): string[] {
  return [
    ...['-I', '-S', pythonPrograms, 'reaper'],
    ...['--run-id', run.runId, '--run-directory', run.path],
    ...['--owner-pid', `${owner.pid}`, '--owner-start-time', owner.startTime],
    ...['--protocol', `${PROTOCOL}`],
  ]
}
