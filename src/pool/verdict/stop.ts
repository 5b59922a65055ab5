import { controlGroup } from '../../process/run/controlGroup.ts'
import { closeRunDirectory, type RunDirectory, removeRunDirectory } from '../../process/run/runDirectory.ts'
import { oneShotSignaller, type Signaller } from '../../process/run/signal.ts'
import { ownUserId } from '../../process/run/sweepMachine.ts'
import { system } from '../../process/system/system.ts'
import { withDeadline } from '../../support/deadline.ts'
import { debugLog } from '../../support/debugLog.ts'
import type { Pool } from '../leasing/pool.ts'
import type { Forkserver } from '../python/forkserver.ts'
import type { Reaper } from '../python/reaper.ts'
import type { ArmedPython } from '../python/runtime.ts'
import { readProcesses, recordProcess, survivorId } from '../run/record.ts'
import { blindSpots } from './blindSpots.ts'
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
      suspects: [{ runId: run.id, limits: reaper.armed.limits }],
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
      if (!reaper.responsive || reaper.hasEnded()) return undefined
      return reaper.killTree(timeout)
    },
    endReaper: () => endReaper(reaper, oneShot),
  })
  control.close()
  const all = [...runtime.problems, ...problems, ...found.problems, ...unseen(reaper)]
  const findings = {
    ...found,
    problems: all,
    runId: run.id,
    workersStarted: pool.counts().workersStarted,
    python: `Python ${installation.version} (${installation.executable})`,
    stopping,
  }
  close(run.directory, findings)
  return findings
}

/** Why processes of the run may not have been seen. Without the reaper's adoption, only marks lead to a daemon. */
function unseen({ armed }: Reaper): string[] {
  if (!system.marksByLimits) return []
  const membership = armed.subreaper || armed.cgroup !== null
  const spots = blindSpots({ membership, limits: armed.limits, hiding: system.hiding() })
  return spots.map(
    (spot) => `The kernel refused to make the reaper adopt orphans (PR_SET_CHILD_SUBREAPER), and ${spot}`,
  )
}

/** Removes the directory, unless the next run and `verify` need it to find what is left. */
function close(directory: RunDirectory, { orphans, kept, cleanSweeps, problems }: Findings): void {
  const alive = orphans.filter(({ killed }) => !killed)
  try {
    for (const orphan of alive) recordProcess(directory, survivorId(orphan), orphan)
  } catch (error) {
    problems.push((error as Error).message)
  }
  if (cleanSweeps < SWEEPS_FOR_PROOF || alive.length > 0) return
  if (kept.length > 0) closeRunDirectory(directory)
  else removeRunDirectory(directory)
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
  if (reaper.hasEnded()) throw new Error('The reaper ended before the verification.')
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
