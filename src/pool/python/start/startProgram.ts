import type { Exit } from '../../../process/system/exit.ts'
import type { Identity } from '../../../process/system/identity.ts'
import type { ErrorCode } from '../../../support/errorCodes.ts'
import { logPath } from '../../places/site.ts'
import type { Control, Listener } from '../control.ts'
import type { PythonProgram } from '../reaper/reaper.ts'
import { configOf, environmentOf, type ProgramConfig } from './programConfig.ts'
import { expectReport, type StartReport, waitUntilReady } from './startup.ts'

/** A Python program that imports the user's modules when it starts. */
export interface ProgramLaunch extends ProgramConfig {
  readonly control: Control
  readonly program: PythonProgram
  /** Subject of the error message: "The forkserver". */
  readonly who: string
  /** Default: PYTHON_START_FAILED */
  readonly code?: ErrorCode
  /** Called with each module before it is imported. */
  onImport?(module: string): void
  /** Gets all other lines that the program sends. */
  readonly onLine?: Listener
}

/** A program that has been spawned. */
export interface StartingProgram {
  readonly spawned: Identity & { exited: Promise<Exit> }
  /** Resolves when the program reports how its start went. It stays pending if the program ends before that. */
  readonly report: Promise<StartReport>
  /** Sends SIGKILL to the program. */
  kill(): Promise<unknown>
  /**
   * Waits until the modules are imported. Kills the program if that takes longer than `startupTimeout`.
   *
   * @throws SetupError PYTHON_START_FAILED with the output of the program, how it ended, and the next step
   */
  ready(): Promise<StartReport>
}

/** Spawns a program below the reaper. */
export async function startProgram(launch: ProgramLaunch): Promise<StartingProgram> {
  const { id, run, site, reaper, control, installation, program, who } = launch
  const { executable } = installation
  const log = logPath(site.mirror, id)
  let importing: string | undefined
  const report = expectReport(control, program, id, (line, peer) => {
    if (line['event'] !== 'importing') return launch.onLine?.(line, peer)
    importing = String(line['module'])
    launch.onImport?.(importing)
  })
  const config = configOf(launch)
  const env = environmentOf(launch)
  const spawned = await reaper.spawn({
    id,
    argv: [executable],
    program,
    config,
    env,
    cwd: site.root,
    log: logPath(site.directory, id),
  })
  const kill = () => reaper.signal([spawned], 'SIGKILL')
  const ready = () =>
    waitUntilReady({
      who,
      code: launch.code ?? 'PYTHON_START_FAILED',
      executable,
      log,
      report,
      exited: spawned.exited,
      timeout: run.options.startupTimeout,
      importing: () => importing,
      kill,
    })
  return { spawned, report, kill, ready }
}
