import type { Identity } from '../../process/system/identity.ts'
import type { Control } from '../python/control.ts'
import type { Reaper } from '../python/reaper/reaper.ts'
import type { PythonInstallation } from '../python/start/programConfig.ts'
import type { Site } from './site.ts'

/** A machine that runs Python of a run. */
export interface Place {
  /**
   * Brings up the interpreter and the reaper. No other process of the run exists on that machine before.
   *
   * @throws SetupError if there is no usable interpreter, or if the reaper isn't armed
   */
  arm(signal: AbortSignal): Promise<ArmedPlace>
}

/** A machine from the moment on at which there are processes to end. */
export interface ArmedPlace {
  readonly reaper: Reaper
  readonly control: Control
  readonly installation: PythonInstallation
  readonly site: Site
  /**
   * Writes a process down, so that the next run on that machine finds it if this one is killed.
   *
   * @throws SetupError RUNS_DIRECTORY_UNWRITABLE
   */
  record(id: string, identity: Identity): void
}
