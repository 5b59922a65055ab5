import type { Identity } from '../../process/system/identity.ts'
import { ControlSocket } from '../python/control.ts'
import { startRechecked } from '../python/recheck.ts'
import type { PythonInstallation } from '../python/start/programConfig.ts'
import { recordProcess } from '../run/record.ts'
import type { Run } from '../run/run.ts'
import { localSite } from './localSite.ts'
import type { ArmedPlace, Place } from './place.ts'

/** Finds the interpreter and installs the packages that it lacks. Injected, so a test of the pool installs nothing. */
export type Install = (signal: AbortSignal) => Promise<PythonInstallation>

/** This machine. */
export class LocalPlace implements Place {
  readonly #run: Run
  readonly #install: Install

  constructor(run: Run, install: Install) {
    this.#run = run
    this.#install = install
  }

  async arm(signal: AbortSignal): Promise<ArmedPlace> {
    const run = this.#run
    // Loaded while Python answers.
    const [installation, { Reaper }] = await Promise.all([
      this.#install(signal),
      import('../python/reaper/reaper.ts'),
    ])
    const control = await ControlSocket.listen(run.controlPath, run.token)
    try {
      const record = (id: string, identity: Identity) => recordProcess(run.directory, id, identity)
      return await startRechecked(installation, async (installation) => {
        const { executable } = installation
        const reaper = await Reaper.start(executable, run.directory, run.owner, run.options.orphans.keep)
        return { reaper, control, installation, site: localSite(run), record }
      })
    } catch (error) {
      control.close()
      throw error
    }
  }
}
