import { removeRunDirectory } from '../../process/run/runDirectory.ts'
import { withDeadline } from '../../support/deadline.ts'
import { debugLog } from '../../support/debugLog.ts'
import type { Pool } from '../leasing/pool.ts'
import { endForkservers, FORKSERVER_TIMEOUT_MS } from '../python/endForkservers.ts'
import { KILL_MARGIN_MS } from './killLoop.ts'
import { judgeNodes, unknownNodes } from './nodes.ts'
import type { Findings } from './verdict.ts'
import { close, signallerOf, verifyPython } from './verifyPython.ts'

const debug = debugLog('verdict')

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
  const attempt = (step: string, promise: Promise<unknown>, timeout: number) => {
    debug('waits for %s', step)
    return withDeadline(promise, timeout, step)
      .then(() => debug('%s: done after %d ms', step, Math.round(performance.now() - began)))
      .catch((error: Error) => void problems.push(error.message))
  }
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
  const nodes = await judgeNodes(pool).catch((error: Error) => unknownNodes(error))
  const stopping = performance.now() - began
  const found = await verifyPython(run, { reaper, executable: installation.executable, leases: pool.leases })
  control.close()
  const findings = {
    ...found,
    orphans: [...nodes.orphans, ...found.orphans],
    kept: [...nodes.kept, ...found.kept],
    problems: [...runtime.problems, ...problems, ...nodes.problems, ...found.problems],
    ...(nodes.names.length > 0 && { nodes: nodes.names }),
    runId: run.id,
    workersStarted: pool.counts().workersStarted,
    python: `Python ${installation.version} (${installation.executable})`,
    stopping,
  }
  // Processes that are kept on nodes need nothing here.
  close(run.directory, { ...findings, kept: found.kept })
  return findings
}

function unproven(pool: Pool, problems: string[], stopping: number): Findings {
  const nothing = { orphans: [], unknown: [], kept: [], cleanSweeps: 0, looked: 0, sweeping: 0 }
  return { ...nothing, runId: pool.run.id, problems, stopping, workersStarted: 0 }
}
