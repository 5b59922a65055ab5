import { removeRunDirectory } from '../../process/run/runDirectory.ts'
import type { Signaller } from '../../process/run/signal.ts'
import { withDeadline } from '../../support/deadline.ts'
import { debugLog } from '../../support/debugLog.ts'
import type { Pool } from '../leasing/pool.ts'
import type { Forkserver } from '../python/forkserver.ts'
import type { ArmedPython } from '../python/runtime.ts'
import { KILL_MARGIN_MS } from './killLoop.ts'
import type { Findings } from './verdict.ts'
import { close, signallerOf, verifyPython } from './verifyPython.ts'

const debug = debugLog('verdict')

/** For the forkserver to end by itself after its workers. */
const FORKSERVER_TIMEOUT_MS = 2_000
/** For the search of an interpreter to be aborted, or for a reaper that was started to be armed. */
const ARM_TIMEOUT_MS = 20_000

/**
 * Ends the run: workers, forkserver, survivors, reaper. Then verifies that no process of the run is left.
 *
 * @returns the findings; `undefined` if Python never started, so that there is nothing to verify
 */
export async function stopRun(pool: Pool): Promise<Findings | undefined> {
  const { run, runtime } = pool
  const began = performance.now()
  const problems: string[] = []
  const attempt = (step: string, promise: Promise<unknown>, timeout: number) =>
    withDeadline(promise, timeout, step)
      .then(() => debug('%s: done after %d ms', step, Math.round(performance.now() - began)))
      .catch((error: Error) => void problems.push(error.message))
  await attempt('the workers to end', pool.stopWorkers(), run.options.stopTimeout + KILL_MARGIN_MS)
  await attempt('Python to be found and its reaper to be armed', runtime.settled(), ARM_TIMEOUT_MS)
  const { state } = runtime
  // A reaper that starts later sees the end of this process and ends, too. But no sweep proves it.
  if (state.phase === 'arming') return unproven(pool, problems, performance.now() - began)
  if (state.phase !== 'armed') {
    removeRunDirectory(run.directory)
    return undefined
  }
  const { reaper, installation, control } = state
  const signal = signallerOf(reaper, installation.executable)
  await attempt(
    'the forkserver to end',
    endForkservers(state, signal),
    FORKSERVER_TIMEOUT_MS + KILL_MARGIN_MS,
  )
  const stopping = performance.now() - began
  const found = await verifyPython(run, { reaper, executable: installation.executable, leases: pool.leases })
  control.close()
  const findings = {
    ...found,
    problems: [...runtime.problems, ...problems, ...found.problems],
    runId: run.id,
    workersStarted: pool.counts().workersStarted,
    python: `Python ${installation.version} (${installation.executable})`,
    stopping,
  }
  close(run.directory, findings)
  return findings
}

function unproven(pool: Pool, problems: string[], stopping: number): Findings {
  const nothing = { orphans: [], unknown: [], kept: [], cleanSweeps: 0, looked: 0, sweeping: 0 }
  return { ...nothing, runId: pool.run.id, problems, stopping, workersStarted: 0 }
}

async function endForkservers(python: ArmedPython, signal: Signaller): Promise<void> {
  const forkservers = [...python.outdated.values(), ...(python.forkserver ? [python.forkserver] : [])]
  const ending = forkservers.map(async (starting) => {
    const up = await starting.catch(() => undefined)
    if (up) await endForkserver(up, signal)
  })
  await Promise.all(ending)
}

/** Asks the forkserver to kill its remaining workers and to end. If it does not end in time, it is killed. */
async function endForkserver(forkserver: Forkserver, signal: Signaller): Promise<void> {
  forkserver.exit()
  await withDeadline(forkserver.ended, FORKSERVER_TIMEOUT_MS, 'the forkserver to end').catch(() =>
    signal([forkserver], 'SIGKILL'),
  )
}
