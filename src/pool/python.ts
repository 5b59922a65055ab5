import { SetupError } from '../process/errors.ts'
import { describeExit, type Exit } from '../process/exit.ts'
import type { Identity } from '../process/identity.ts'
import { Control } from './control.ts'
import { type Forkserver, type PythonInstallation, startForkserver } from './forkserver.ts'
import type { Reaper } from './reaper.ts'
import { recordProcess } from './record.ts'
import type { Run } from './run.ts'

/** How to find the interpreter and what it lacks; told apart, so that the pool can be tested without installing. */
export type Install = (signal: AbortSignal) => Promise<PythonInstallation>

/**
 * The Python side of a run: reaper first, then forkservers, one after another where one dies.
 * Nothing is started before the first `forkserver()`.
 */
export class PythonSide {
  /** Why the run must fail, whatever its processes look like. */
  readonly problems: string[] = []
  readonly #run: Run
  readonly #install: Install
  readonly #announce: (sentence: string) => void
  #base: Promise<{ reaper: Reaper; control: Control; installation: PythonInstallation }> | undefined
  #forkserver: Promise<Forkserver> | undefined
  #generation = 0
  #starting: Identity | undefined
  readonly #end = new AbortController()

  /** @param announce tells the user what happens without his asking */
  constructor(run: Run, install: Install, announce: (sentence: string) => void) {
    this.#announce = announce
    this.#run = run
    this.#install = install
  }

  /** The forkserver that is up, or the next one. A start that failed fails the same way again. */
  forkserver(): Promise<Forkserver> {
    this.#forkserver ??= this.#startForkserver()
    return this.#forkserver
  }

  /** The forkserver, where one is up or coming up; starts none. */
  async currentForkserver(): Promise<Forkserver | undefined> {
    return this.#forkserver?.catch(() => undefined)
  }

  /** The reaper, where one was started. */
  async reaper(): Promise<Reaper | undefined> {
    return (await this.#base?.catch(() => undefined))?.reaper
  }

  async control(): Promise<Control | undefined> {
    return (await this.#base?.catch(() => undefined))?.control
  }

  async installation(): Promise<PythonInstallation | undefined> {
    return (await this.#base?.catch(() => undefined))?.installation
  }

  async connectedControl(): Promise<Control> {
    return (await this.#startBase()).control
  }

  /** Starts nothing from now on: gives up an installation, and ends a forkserver that is still importing. */
  async stopStarting(): Promise<void> {
    this.#end.abort()
    const reaper = this.#starting && (await this.reaper())
    if (this.#starting && reaper) await reaper.signal([this.#starting], 'SIGKILL').catch(() => {})
  }

  async #startForkserver(): Promise<Forkserver> {
    const { reaper, control, installation } = await this.#startBase()
    if (this.problems.length > 0) throw new SetupError('REAPER_DIED', this.problems.join('\n'))
    if (this.#end.signal.aborted)
      throw new SetupError('RUN_ENDED', 'The run ended before Python had started.')
    const id = `forkserver-${++this.#generation}`
    const onProcess = (identity: Identity) => {
      this.#starting = identity
    }
    const launch = { id, run: this.#run, reaper, control, installation, onProcess }
    const forkserver = await startForkserver(launch).finally(() => {
      this.#starting = undefined
    })
    recordProcess(this.#run.directory, id, forkserver)
    if (forkserver.fallback !== null)
      this.#announce(`Workers are spawned, not forked: ${forkserver.fallback}`)
    void forkserver.ended.then(() => {
      this.#forkserver = undefined
    })
    return forkserver
  }

  #startBase() {
    this.#base ??= this.#arm()
    return this.#base
  }

  async #arm() {
    const run = this.#run
    const installation = await this.#install(this.#end.signal)
    const { Reaper } = await import('./reaper.ts')
    const control = await Control.listen(run.controlPath, run.token)
    try {
      const reaper = await Reaper.start(installation.executable, run.directory, run.owner)
      void reaper.ended.then((exit) => this.#noteEnd(reaper, exit))
      recordProcess(run.directory, 'reaper', reaper.armed)
      return { reaper, installation, control }
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
