import { resolve } from 'node:path'
import { describeExit, type Exit } from '../../process/system/exit.ts'
import type { Identity } from '../../process/system/identity.ts'
import { asSetupError, SetupError } from '../../support/errors.ts'
import { forgetFailure } from '../../support/forgetFailure.ts'
import { recordProcess } from '../run/record.ts'
import type { Run } from '../run/run.ts'
import { Control } from './control.ts'
import { type Forkserver, type PythonInstallation, startForkserver } from './forkserver.ts'
import type { Reaper } from './reaper.ts'
import { SlowStart } from './slowStart.ts'
import { Sources } from './sources.ts'

/** How to find the interpreter and what it lacks; told apart, so that the pool can be tested without installing. */
export type Install = (signal: AbortSignal) => Promise<PythonInstallation>

/** How far the Python side of a run has come. `arming`: the interpreter is looked for, the reaper not yet armed. */
export type PythonState =
  | { readonly phase: 'not started' }
  | { readonly phase: 'arming' | 'failed'; readonly coming: Promise<ArmedPython> }
  | ArmedPython

/** From here on there is something to end. */
export interface ArmedPython {
  readonly phase: 'armed'
  readonly reaper: Reaper
  readonly control: Control
  readonly installation: PythonInstallation
  /** The one that is up or coming up; rejects where it did not come up. */
  forkserver: Promise<Forkserver> | undefined
  /** Those that have imported what has changed since, by epoch, until they have ended. */
  readonly outdated: Map<number, Promise<Forkserver>>
}

/** What a worker is started with. */
export interface PythonUp {
  forkserver: Forkserver
  control: Control
  installation: PythonInstallation
}

/**
 * The Python side of a run: reaper first, then forkservers, one after another where one dies.
 * Nothing is started before the first `start()`.
 */
export class PythonRuntime {
  /** Why the run must fail, whatever its processes look like. */
  readonly problems: string[] = []
  /** What of the user's is imported. */
  readonly sources: Sources
  /** Counts how often everything had to be imported anew. */
  epoch = 0
  readonly #run: Run
  readonly #install: Install
  readonly #announce: (sentence: string) => void
  #state: PythonState = { phase: 'not started' }
  #generation = 0
  /** Forkservers that are still importing. */
  readonly #starting = new Set<Identity>()
  readonly #end = new AbortController()

  /** @param announce tells the user what happens without his asking */
  constructor(run: Run, install: Install, announce: (sentence: string) => void) {
    this.#announce = announce
    this.#run = run
    this.#install = install
    this.sources = new Sources((file) => run.watch?.onFile(file))
  }

  get state(): PythonState {
    return this.#state
  }

  /** The state when nothing is being armed any more; starts nothing. */
  async settled(): Promise<PythonState> {
    if (this.#state.phase === 'arming') await this.#state.coming.catch(() => {})
    return this.#state
  }

  /** Brings up what is not up, the next forkserver too. A start that failed fails the same way for a while. */
  async start(): Promise<PythonUp> {
    const armed = await this.#arm()
    armed.forkserver ??= this.#keepForkserver(armed)
    const { control, installation } = armed
    return { forkserver: await armed.forkserver, control, installation }
  }

  /** Starts one that is forgotten when it ends; a start that failed is remembered for a while. */
  #keepForkserver(armed: ArmedPython): Promise<Forkserver> {
    const coming = this.#startForkserver(armed)
    const forget = () => {
      // Another one may have taken its place, even while this one was still importing.
      if (armed.forkserver === coming) armed.forkserver = undefined
    }
    coming.then(({ ended }) => ended.then(forget)).catch(() => {})
    forgetFailure(coming, forget)
    return coming
  }

  /**
   * Begins an epoch where something that is imported has changed: what starts from now on imports it anew.
   * The forkserver before serves the workers that it has, until it is ended.
   */
  outdate(): boolean {
    if (this.#state.phase !== 'armed' || !this.#state.forkserver || !this.sources.haveChanged()) return false
    this.#state.outdated.set(this.epoch, this.#state.forkserver)
    this.#state.forkserver = undefined
    this.epoch += 1
    return true
  }

  /** Ends the outdated forkservers, except those of these epochs. */
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

  /** Starts nothing from now on: gives up an installation, and ends a forkserver that is still importing. */
  async stopStarting(): Promise<void> {
    this.#end.abort()
    if (this.#state.phase === 'armed')
      await this.#state.reaper.signal([...this.#starting], 'SIGKILL').catch(() => {})
  }

  async #startForkserver(armed: ArmedPython): Promise<Forkserver> {
    if (this.problems.length > 0) throw new SetupError('REAPER_DIED', this.problems.join('\n'))
    if (this.#end.signal.aborted)
      throw new SetupError('RUN_ENDED', 'The run ended before Python had started.')
    const id = `forkserver-${++this.#generation}`
    let born: Identity | undefined
    const onProcess = (identity: Identity) => {
      born = identity
      this.#starting.add(identity)
    }
    const onFiles = (files: string[]) => this.sources.add(files)
    this.sources.restart()
    onFiles(this.#run.options.modules.filter(isFile).map((file) => resolve(this.#run.root, file)))
    const slow = new SlowStart(this.#announce)
    const onImport = (module: string) => slow.importing(module)
    const launch = { id, run: this.#run, ...armed, onProcess, onFiles, onImport }
    const forkserver = await withStartCode(startForkserver(launch)).finally(() => {
      slow.end()
      if (born) this.#starting.delete(born)
    })
    slow.tellEnd()
    recordProcess(this.#run.directory, id, forkserver)
    if (forkserver.fallback !== null)
      this.#announce(`Workers are spawned, not forked: ${forkserver.fallback}`)
    return forkserver
  }

  #arm(): ArmedPython | Promise<ArmedPython> {
    if (this.#state.phase === 'armed') return this.#state
    if (this.#state.phase !== 'not started') return this.#state.coming
    const coming = withStartCode(this.#installAndArm())
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

  async #installAndArm(): Promise<ArmedPython> {
    const run = this.#run
    const installation = await this.#install(this.#end.signal)
    const { Reaper } = await import('./reaper.ts')
    const control = await Control.listen(run.controlPath, run.token)
    try {
      const reaper = await Reaper.start(installation.executable, run.directory, run.owner)
      void reaper.ended.then((exit) => this.#noteEnd(reaper, exit))
      recordProcess(run.directory, 'reaper', reaper.armed)
      return { phase: 'armed', reaper, installation, control, forkserver: undefined, outdated: new Map() }
    } catch (error) {
      control.close()
      throw error
    }
  }

  /** A reaper that ends before it is dismissed has left the run without its guard. */
  #noteEnd(reaper: Reaper, exit: Exit): void {
    if (reaper.dismissed) return
    this.problems.push(
      `The reaper (pid ${reaper.armed.pid}) ${describeExit(exit)} during the run. ` +
        'Without it nothing ends the Python processes when the runner is killed, so the run fails.',
    )
  }
}

/** The public members of `PythonRuntime`, so that a test can stand in for it. */
export type Runtime = Pick<PythonRuntime, keyof PythonRuntime>

/** Whatever keeps Python from starting has a code. */
function withStartCode<T>(start: Promise<T>): Promise<T> {
  return start.catch((error: unknown) => {
    throw asSetupError('PYTHON_START_FAILED', error)
  })
}

function isFile(entry: string): boolean {
  return entry.endsWith('.py')
}
