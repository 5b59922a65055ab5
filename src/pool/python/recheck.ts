import { debugLog } from '../../support/debugLog.ts'
import { endForkserver } from './endForkservers.ts'
import type { Forkserver, PythonFacts } from './forkserver.ts'
import type { Reaper } from './reaper/reaper.ts'
import type { PythonInstallation } from './start/programConfig.ts'

const debug = debugLog('python')

/** The Python of a machine whose facts may come from the cache. */
export interface Confirmable {
  installation: PythonInstallation
  readonly reaper: Pick<Reaper, 'signal'>
}

/** Whether the interpreter that has started is the one that is meant. */
function isConfirmed(installation: PythonInstallation, python: PythonFacts | undefined): boolean {
  if (!installation.recheck || !python) return true
  const { version, executable, prefix } = installation
  return version === python.version && executable === python.executable && prefix === python.prefix
}

/** Starts a process of the interpreter, and a second time if the first start failed and the facts were wrong. */
export async function startRechecked<T>(
  installation: PythonInstallation,
  start: (installation: PythonInstallation) => Promise<T>,
): Promise<T> {
  try {
    return await start(installation)
  } catch (error) {
    const right = await installation.recheck?.()
    if (!right) throw error
    return start(right)
  }
}

/**
 * Starts a forkserver. If that fails, or if its interpreter contradicts facts from the cache, the interpreter is asked
 * itself, and a second forkserver is started if the facts were wrong. `python` gets the right ones.
 *
 * @param signal aborted if the run ends: then nothing is asked any more
 */
export async function startConfirmed(
  python: Confirmable,
  start: () => Promise<Forkserver>,
  signal: AbortSignal,
): Promise<Forkserver> {
  const first = await start().catch(async (error: unknown) => {
    if (!(await correct(python, signal))) throw error
    return undefined
  })
  if (first && (isConfirmed(python.installation, first.python) || !(await correct(python, signal))))
    return first
  if (first) await endForkserver(first, python.reaper.signal)
  return start()
}

/** @returns whether the facts about the interpreter were wrong */
async function correct(python: Confirmable, signal: AbortSignal): Promise<boolean> {
  const { recheck, ...kept } = python.installation
  if (!recheck || signal.aborted) return false
  const right = await recheck()
  python.installation = right ?? kept
  if (right) debug('the cache was wrong about %s; it is Python %s', kept.executable, right.version)
  return right !== undefined
}
