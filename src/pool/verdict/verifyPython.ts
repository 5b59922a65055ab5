import { controlGroup } from '../../process/run/controlGroup.ts'
import { closeRunDirectory, type RunDirectory, removeRunDirectory } from '../../process/run/runDirectory.ts'
import { oneShotSignaller, type Signaller } from '../../process/run/signal.ts'
import { ownUserId } from '../../process/run/sweepMachine.ts'
import { system } from '../../process/system/system.ts'
import type { LeaseLog } from '../leasing/leaseLog.ts'
import type { Reaper } from '../python/reaper/reaper.ts'
import { readProcesses, recordProcess, survivorId } from '../run/record.ts'
import type { Run } from '../run/run.ts'
import { blindSpots } from './blindSpots.ts'
import { type Findings, SWEEPS_FOR_PROOF } from './verdict.ts'
import { type Found, verify } from './verify.ts'

export type { Found }

/** The Python of a run that has a reaper. */
interface StoppedPython {
  readonly reaper: Reaper
  readonly executable: string
  readonly leases: LeaseLog
}

/** Ends the survivors and the reaper of a run, and proves that none of its processes is left. */
export async function verifyPython(
  { id, directory, options }: Run,
  { reaper, executable, leases }: StoppedPython,
): Promise<Found> {
  const oneShot = oneShotSignaller(executable)
  const found = await verify({
    runId: id,
    table: system.table,
    query: {
      suspects: [{ runId: id, limits: reaper.armed.limits }],
      notBefore: reaper.armed.startTime,
      uid: ownUserId(),
    },
    leases,
    keep: options.orphans.keep,
    cgroup: reaper.armed.cgroup === null ? undefined : controlGroup(reaper.armed.cgroup),
    reaper: reaper.armed,
    leaders: () => [...readProcesses(directory).values()],
    signal: firstResponsive(reaper, oneShot),
    killTree: async (timeout) => {
      if (!reaper.responsive || reaper.hasEnded()) return undefined
      return reaper.killTree(timeout)
    },
    endReaper: () => endReaper(reaper, oneShot),
  })
  return { ...found, problems: [...found.problems, ...unseen(reaper)] }
}

/** Signals by the reaper, or by a Python program if the reaper does not answer. */
export function signallerOf(reaper: Reaper, executable: string): Signaller {
  return firstResponsive(reaper, oneShotSignaller(executable))
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

/** Removes the directory, unless the next run and `verify` need it to find processes that are left. */
export function close(
  directory: RunDirectory,
  { orphans, kept, cleanSweeps, problems }: Pick<Findings, 'orphans' | 'kept' | 'cleanSweeps' | 'problems'>,
): void {
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
