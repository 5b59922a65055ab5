import { controlGroup } from '../../process/run/controlGroup.ts'
import { removeRunDirectory } from '../../process/run/runDirectory.ts'
import { oneShotSignaller, type Signaller } from '../../process/run/signal.ts'
import { isSameProcessAlive } from '../../process/system/identify.ts'
import { system } from '../../process/system/system.ts'
import { withDeadline } from '../../support/deadline.ts'
import type { Pool } from '../leasing/pool.ts'
import type { Forkserver } from '../python/forkserver.ts'
import type { Reaper } from '../python/reaper.ts'
import type { ArmedPython } from '../python/runtime.ts'
import { readProcesses } from '../run/record.ts'
import type { Findings } from './verdict.ts'
import { verify } from './verify.ts'

/** Milliseconds for the forkserver to end after its workers. */
const FORKSERVER_TIMEOUT = 2_000
/** Milliseconds for the search of an interpreter to be given up, or for a reaper that was started to be armed. */
const ARM_TIMEOUT = 20_000
/** Milliseconds on top of `stopTimeout` for killed workers to be gone. */
const KILL_MARGIN = 3_000

/**
 * Ends a run: workers, forkserver, what they left, reaper; and finds out whether anything is left.
 *
 * @returns what was found; `undefined` where Python never started, so that there was nothing to find
 */
export async function stopRun(pool: Pool): Promise<Findings | undefined> {
  const { run, runtime } = pool
  const began = performance.now()
  const problems: string[] = []
  const attempt = (step: string, promise: Promise<unknown>, timeout: number) =>
    withDeadline(promise, timeout, step).catch((error: Error) => void problems.push(error.message))
  await attempt('the workers to end', pool.stopWorkers(), run.options.stopTimeout + KILL_MARGIN)
  await attempt('Python to be found and its reaper to be armed', runtime.settled(), ARM_TIMEOUT)
  const { state } = runtime
  // What comes up after this sees the end of this process, and ends; but nobody has looked.
  if (state.phase === 'arming') return unproven(pool, problems, performance.now() - began)
  if (state.phase !== 'armed') {
    removeRunDirectory(run.directory)
    return undefined
  }
  const { reaper, installation, control } = state
  const oneShot = oneShotSignaller(installation.executable)
  const signal = firstResponsive(reaper, oneShot)
  await attempt('the forkserver to end', endForkservers(state, signal), FORKSERVER_TIMEOUT + KILL_MARGIN)
  const stopping = performance.now() - began
  const found = await verify({
    runId: run.directory.runId,
    table: system.table,
    query: {
      limitArmed: reaper.armed.limitCookie,
      notBefore: reaper.armed.startTime,
      uid: process.geteuid?.() ?? 0,
    },
    leases: pool.leases,
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
    runId: run.directory.runId,
    workersStarted: pool.counts().workersStarted,
    stopping,
  }
  if (found.cleanSweeps >= 2) removeRunDirectory(run.directory)
  return findings
}

function unproven(pool: Pool, problems: string[], stopping: number): Findings {
  const nothing = { orphans: [], unknown: [], cleanSweeps: 0, looked: 0, sweeping: 0 }
  return { ...nothing, runId: pool.run.directory.runId, problems, stopping, workersStarted: 0 }
}

async function endForkservers(python: ArmedPython, signal: Signaller): Promise<void> {
  const coming = [...python.outdated.values(), ...(python.forkserver ? [python.forkserver] : [])]
  const ending = coming.map(async (forkserver) => {
    const up = await forkserver.catch(() => undefined)
    if (up) await endForkserver(up, signal)
  })
  await Promise.all(ending)
}

/** Asks the forkserver, which kills what workers it has left; after a while it is killed itself. */
async function endForkserver(forkserver: Forkserver, signal: Signaller): Promise<void> {
  forkserver.exit()
  await withDeadline(forkserver.ended, FORKSERVER_TIMEOUT, 'the forkserver to end').catch(() =>
    signal([forkserver], 'SIGKILL'),
  )
}

async function endReaper(reaper: Reaper, oneShot: Signaller): Promise<void> {
  if (!isSameProcessAlive(reaper.armed)) throw new Error('The reaper had ended before the verification.')
  await reaper.exit().catch(() => oneShot([reaper.armed], 'SIGKILL'))
}

/** The reaper signals, as long as it answers; a stopped one is replaced by a program of its own for each request. */
function firstResponsive(reaper: Reaper, oneShot: Signaller): Signaller {
  return async (targets, signal) => {
    const outcomes = reaper.responsive
      ? await reaper.signal(targets, signal).catch(() => undefined)
      : undefined
    return outcomes ?? oneShot(targets, signal)
  }
}
