import { describeExit, type Exit } from '../../process/system/exit.ts'
import { debugLog } from '../../support/debugLog.ts'
import { asSetupError, SetupError } from '../../support/errors.ts'
import { forgetFailure } from '../../support/forgetFailure.ts'
import type { ClusterEnd } from '../places/clusterEnd.ts'
import type { ArmedPlace, Place } from '../places/place.ts'
import type { Run } from '../run/run.ts'
import type { Forkserver } from './forkserver.ts'
import { Forkservers } from './forkservers.ts'
import type { Reaper } from './reaper/reaper.ts'
import { startConfirmed } from './recheck.ts'
import type { Sources } from './sources.ts'
import type { PythonInstallation } from './start/programConfig.ts'

const debug = debugLog('python')

/** The state of a run's Python. `arming`: the interpreter is being found, or the reaper is not armed yet. */
export type PythonState =
  | { readonly phase: 'not started' }
  | { readonly phase: 'arming' | 'failed'; readonly coming: Promise<ArmedPython> }
  | ArmedPython

/** From this state on, there are processes to end. */
export interface ArmedPython extends ArmedPlace {
  readonly phase: 'armed'
  installation: PythonInstallation
  /** The forkserver that is up or starting; rejects if its start fails. */
  forkserver: Promise<Forkserver> | undefined
  /** The forkservers whose imported files have changed since, by epoch, until they have ended. */
  readonly outdated: Map<number, Promise<Forkserver>>
}

/** The prerequisites of a worker. */
export interface PythonUp extends Omit<ArmedPlace, 'reaper'> {
  forkserver: Forkserver
}

/**
 * The Python of a run: first the reaper, then a forkserver. If the forkserver dies, the next `start()` starts another
 * one. No process starts before the first `start()`.
 */
export class PythonRuntime {
  /** Reasons for which the run must fail, even if no process is left. */
  readonly problems: string[] = []
  /** Number of times that the workers had to be replaced: their modules had changed, or forks were distrusted. */
  epoch = 0
  readonly #place: Place
  /** Prints a sentence for the user. */
  readonly announce: (sentence: string) => void
  #state: PythonState = { phase: 'not started' }
  #startMethod: 'fork' | 'spawn'
  readonly #forkservers: Forkservers
  readonly #end = new AbortController()

  /**
   * @param place the machine that Python runs on
   * @param announce prints a sentence for the user
   */
  constructor(run: Run, place: Place, announce: (sentence: string) => void) {
    this.announce = announce
    this.#place = place
    this.#startMethod = run.options.startMethod
    this.#forkservers = new Forkservers(run, announce)
  }

  /** The user's files that are imported. */
  get sources(): Sources {
    return this.#forkservers.sources
  }

  get state(): PythonState {
    return this.#state
  }

  /** The forkservers that are alive, also those that are still importing. */
  get forkserverPids(): number[] {
    return this.#forkservers.pids
  }

  /** The state as soon as it is not `arming`. Starts nothing. */
  async settled(): Promise<PythonState> {
    if (this.#state.phase === 'arming') await this.#state.coming.catch(() => {})
    return this.#state
  }

  /**
   * Starts the reaper and a forkserver, unless they are up. After a failed start, the error stays for a back-off.
   *
   * @param _others the starts of the other workers, by which a cluster chooses a node
   */
  async start(_others?: readonly Promise<PythonUp>[]): Promise<PythonUp> {
    const armed = await this.arm()
    armed.forkserver ??= this.#keepForkserver(armed)
    const forkserver = await armed.forkserver
    const { control, installation, site, record } = armed
    return { forkserver, control, installation, site, record }
  }

  /** Starts a forkserver and forgets it when it ends. A failed start is remembered for a back-off. */
  #keepForkserver(armed: ArmedPython): Promise<Forkserver> {
    const coming = startConfirmed(armed, () => this.#startForkserver(armed), this.#end.signal)
    const forget = () => {
      // Another forkserver may have replaced it, even while it was still importing.
      if (armed.forkserver === coming) armed.forkserver = undefined
    }
    coming.then(({ ended }) => ended.then(forget)).catch(() => {})
    forgetFailure(coming, forget)
    return coming
  }

  /**
   * Begins a new epoch if an imported file has changed: forkservers that start from now on import it again. The previous
   * forkserver keeps its workers until it is ended.
   *
   * @returns whether a new epoch began
   */
  outdate(): boolean {
    if (!this.isOutdated()) return false
    this.beginEpoch()
    return true
  }

  /** Whether an imported file has changed. */
  isOutdated(): boolean {
    return this.#state.phase === 'armed' && !!this.#state.forkserver && this.sources.haveChanged()
  }

  /**
   * Begins a new epoch, in which workers are spawned, unless they are spawned already.
   *
   * @param reason a sentence for the user
   * @returns whether a new epoch began
   */
  distrustForks(reason: string): boolean {
    if (this.#state.phase !== 'armed' || this.#startMethod === 'spawn') return false
    this.announce(`Workers are spawned from now on, not forked: ${reason}`)
    this.spawnWorkers()
    return true
  }

  /** Begins a new epoch, in which workers are spawned. */
  spawnWorkers(): void {
    this.#startMethod = 'spawn'
    this.beginEpoch()
  }

  /** Forkservers that start from now on import the modules again. */
  beginEpoch(): void {
    const state = this.#state
    if (state.phase === 'armed') {
      if (state.forkserver) state.outdated.set(this.epoch, state.forkserver)
      state.forkserver = undefined
    }
    this.epoch += 1
    debug('epoch %d begins: workers that start from now on import the modules again', this.epoch)
  }

  /** Ends the outdated forkservers, except those of the epochs in use. */
  endOutdated(inUse: ReadonlySet<number>): void {
    if (this.#state.phase !== 'armed') return
    for (const [epoch, outdated] of this.#state.outdated) {
      if (!inUse.has(epoch)) void this.#endOutdated(this.#state, epoch, outdated)
    }
  }

  async #endOutdated(armed: ArmedPython, epoch: number, outdated: Promise<Forkserver>): Promise<void> {
    const forkserver = await outdated.catch(() => undefined)
    forkserver?.exit()
    await forkserver?.ended
    armed.outdated.delete(epoch)
  }

  /** Starts nothing from now on. Aborts an installation, and kills a forkserver that is still importing. */
  async stopStarting(): Promise<void> {
    this.#end.abort()
    if (this.#state.phase === 'armed')
      await this.#state.reaper.signal(this.#forkservers.starting, 'SIGKILL').catch(() => {})
  }

  /** Ends the nodes of a cluster; `undefined` if there is none. */
  async endNodes(): Promise<ClusterEnd | undefined> {
    return undefined
  }

  async #startForkserver(armed: ArmedPython): Promise<Forkserver> {
    if (this.problems.length > 0) throw new SetupError('REAPER_DIED', this.problems.join('\n'))
    if (this.#end.signal.aborted)
      throw new SetupError('RUN_ENDED', 'The run ended before Python had started.')
    return withStartCode(this.#forkservers.start(armed, this.#startMethod))
  }

  /** Brings up the interpreter and the reaper, unless they are up. */
  arm(): ArmedPython | Promise<ArmedPython> {
    if (this.#state.phase === 'armed') return this.#state
    if (this.#state.phase !== 'not started') return this.#state.coming
    const coming = withStartCode(this.#armPlace())
    this.#state = { phase: 'arming', coming }
    coming.then(
      (armed) => {
        this.#state = armed
      },
      () => {
        this.#state = { phase: 'failed', coming }
      },
    )
    forgetFailure(coming, () => {
      this.#state = { phase: 'not started' }
    })
    return coming
  }

  async #armPlace(): Promise<ArmedPython> {
    const armed = await this.#place.arm(this.#end.signal)
    const { reaper, control } = armed
    void reaper.ended.then((exit) => this.#noteEnd(reaper, exit))
    try {
      await recordOrEnd(reaper, () => armed.record('reaper', reaper.armed))
      return { phase: 'armed', ...armed, forkserver: undefined, outdated: new Map() }
    } catch (error) {
      control.close()
      throw error
    }
  }

  /** If the reaper ends before it is dismissed, the run has lost its guard. */
  #noteEnd(reaper: Reaper, exit: Exit): void {
    if (reaper.dismissed) return
    this.problems.push(
      `The reaper (pid ${reaper.armed.pid}) ${describeExit(exit)} during the run. ` +
        'Without it, the Python processes would survive if the runner were killed, so the run fails.',
    )
  }
}

/** Ends the reaper if it cannot be recorded. Nothing else has started yet. */
async function recordOrEnd(reaper: Reaper, record: () => void): Promise<void> {
  try {
    record()
  } catch (error) {
    await reaper.exit().catch(() => reaper.abandon())
    throw error
  }
}

/** The Python of a run as the pool sees it: of this machine, or of the nodes of a cluster. */
export type Runtime = Omit<PythonRuntime, 'arm' | 'isOutdated' | 'beginEpoch' | 'spawnWorkers'>

/** Gives every error of a start a code. */
function withStartCode<T>(start: Promise<T>): Promise<T> {
  return start.catch((error: unknown) => {
    throw asSetupError('PYTHON_START_FAILED', error)
  })
}
