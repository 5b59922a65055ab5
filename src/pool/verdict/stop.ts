import { controlGroup } from '../../process/run/controlGroup.ts'
import { closeRunDirectory, removeRunDirectory } from '../../process/run/runDirectory.ts'
import { oneShotSignaller, type Signaller } from '../../process/run/signal.ts'
import { ownUserId } from '../../process/run/sweepMachine.ts'
import { isSameProcessAlive } from '../../process/system/identify.ts'
import { system } from '../../process/system/system.ts'
import { withDeadline } from '../../support/deadline.ts'
import { debugLog } from '../../support/debugLog.ts'
import type { Pool } from '../leasing/pool.ts'
import type { Forkserver } from '../python/forkserver.ts'
import type { Reaper } from '../python/reaper.ts'
import type { ArmedPython } from '../python/runtime.ts'
import { readProcesses } from '../run/record.ts'
import { KILL_MARGIN_MS } from './killLoop.ts'
import { type Findings, SWEEPS_FOR_PROOF } from './verdict.ts'
import { verify } from './verify.ts'

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
  const oneShot = oneShotSignaller(installation.executable)
  const signal = firstResponsive(reaper, oneShot)
  await attempt(
    'the forkserver to end',
    endForkservers(state, signal),
    FORKSERVER_TIMEOUT_MS + KILL_MARGIN_MS,
  )
  const stopping = performance.now() - began
  const found = await verify({
    runId: run.id,
    table: system.table,
    query: {
      limitArmed: reaper.armed.limitCookie,
      notBefore: reaper.armed.startTime,
      uid: ownUserId(),
    },
    leases: pool.leases,
    keep: run.options.orphans.keep,
    cgroup: reaper.armed.cgroup === null ? undefined : controlGroup(reaper.armed.cgroup),
    reaper: reaper.armed,
    leaders: () => [...readProcesses(run.directory).values()],
    signal,
    killTree: async (timeout) => {
      const able = reaper.responsive && isSameProcessAlive(reaper.armed)
      return able ? reaper.killTree(timeout) : []
    },
    endReaper: () => endReaper(reaper, oneShot),
  })
  control.close()
  const all = [...runtime.problems, ...problems, ...found.problems]
  const findings = {
    ...found,
    problems: all,
    runId: run.id,
    workersStarted: pool.counts().workersStarted,
    python: `Python ${installation.version} (${installation.executable})`,
    stopping,
  }
  if (found.cleanSweeps >= SWEEPS_FOR_PROOF) {
    if (found.kept.length > 0) closeRunDirectory(run.directory)
    else removeRunDirectory(run.directory)
  }
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

async function endReaper(reaper: Reaper, oneShot: Signaller): Promise<void> {
  if (!isSameProcessAlive(reaper.armed)) throw new Error('The reaper ended before the verification.')
  await reaper.exit().catch(() => oneShot([reaper.armed], 'SIGKILL'))
}

/** Signals by the reaper as long as it answers. If it is stopped, each request starts a short Python program instead. */
function firstResponsive(reaper: Reaper, oneShot: Signaller): Signaller {
  return async (targets, signal) => {
    const outcomes = reaper.responsive
      ? await reaper.signal(targets, signal).catch(() => undefined)
      : undefined
    return outcomes ?? oneShot(targets, signal)
  }
}
