import type { ResolvedOptions } from '../../options/schema.ts'
import { removeRunDirectory } from '../../process/run/runDirectory.ts'
import { DeadlineError, withDeadline } from '../../support/deadline.ts'
import { SetupError } from '../../support/errors.ts'
import { LeaseLog } from '../leasing/leaseLog.ts'
import { localSite } from '../places/localSite.ts'
import { type Control, ControlSocket } from '../python/control.ts'
import { Reaper } from '../python/reaper/reaper.ts'
import type { PythonInstallation } from '../python/start/programConfig.ts'
import { startProgram } from '../python/start/startProgram.ts'
import { recordProcess } from '../run/record.ts'
import { createRun, type Run } from '../run/run.ts'
import { close, verifyPython } from '../verdict/verifyPython.ts'
import { describeLeftovers } from './leftovers.ts'

/** The program whose functions are to be described. */
export interface Inspection {
  readonly root: string
  readonly options: ResolvedOptions
  readonly installation: PythonInstallation
  /** Ends the inspection. */
  readonly signal?: AbortSignal | undefined
  /** Gets a sentence about the processes that the modules have left. */
  warn(sentence: string): void
}

const ID = 'inspection'
/** For the process to run its exit functions after it has answered. */
const EXIT_TIMEOUT_MS = 3_000

/**
 * Imports the modules in a process of its own, and describes the functions that tests can call. The process belongs to a
 * run without tests: a reaper ends it if this process dies, and everything that the modules have started ends with it.
 *
 * @returns what `vitest_python.inspection` sends
 * @throws SetupError PYTHON_START_FAILED if a module cannot be imported, INTERRUPTED if it was aborted
 */
export async function inspectProgram(inspection: Inspection): Promise<unknown> {
  const { root, options, installation, warn } = inspection
  const { executable } = installation
  const run = createRun(root, options)
  const control = await listen(run)
  try {
    const reaper = await startReaper(run, executable)
    try {
      recordProcess(run.directory, 'reaper', reaper.armed)
      return await describe(run, reaper, control, inspection)
    } finally {
      const found = await verifyPython(run, { reaper, executable, leases: new LeaseLog() })
      close(run.directory, found)
      for (const sentence of describeLeftovers(found)) warn(sentence)
    }
  } finally {
    control.close()
  }
}

async function listen(run: Run): Promise<Control> {
  try {
    return await ControlSocket.listen(run.controlPath, run.token)
  } catch (error) {
    removeRunDirectory(run.directory)
    throw error
  }
}

async function startReaper(run: Run, executable: string): Promise<Reaper> {
  try {
    return await Reaper.start(executable, run.directory, run.owner, run.options.orphans.keep)
  } catch (error) {
    removeRunDirectory(run.directory)
    throw error
  }
}

async function describe(
  run: Run,
  reaper: Reaper,
  control: Control,
  { installation, signal }: Inspection,
): Promise<unknown> {
  const program = await startProgram({
    id: ID,
    run,
    site: localSite(run),
    startMethod: 'spawn',
    reaper,
    control,
    installation,
    program: 'inspector',
    who: 'The inspection',
  })
  const { spawned } = program
  const kill = () => program.kill().catch(() => {})
  recordProcess(run.directory, ID, spawned)
  signal?.addEventListener('abort', kill)
  try {
    if (signal?.aborted) await kill()
    const { line } = await program.ready()
    return line['program']
  } catch (error) {
    if (signal?.aborted) throw new SetupError('INTERRUPTED', 'The inspection of the modules was interrupted.')
    throw error
  } finally {
    signal?.removeEventListener('abort', kill)
    await endOf(spawned.exited, kill)
  }
}

/** Waits until the process has ended, so that it does not count as one that the modules have left. */
async function endOf(exited: Promise<unknown>, kill: () => Promise<unknown>): Promise<void> {
  try {
    await withDeadline(exited, EXIT_TIMEOUT_MS, 'the inspection to end')
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error
    await kill()
    await withDeadline(exited, EXIT_TIMEOUT_MS, 'the inspection to be killed').catch(() => {})
  }
}
