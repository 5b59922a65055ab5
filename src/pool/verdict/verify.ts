import { setTimeout as sleep } from 'node:timers/promises'
import type { ControlGroup } from '../../process/run/controlGroup.ts'
import { partKept } from '../../process/run/keptProcesses.ts'
import type { Signaller } from '../../process/run/signal.ts'
import { type Membership, type SweepQuery, type SweepResult, sweep } from '../../process/run/sweep.ts'
import { isSameProcessAlive } from '../../process/system/identify.ts'
import { type Identity, nameOf } from '../../process/system/identity.ts'
import { system } from '../../process/system/system.ts'
import type { ProcessTable } from '../../process/system/table.ts'
import { debugLog } from '../../support/debugLog.ts'
import type { LeaseLog } from '../leasing/leaseLog.ts'
import { isClean, KILL_TIMEOUT_MS, killUntilClean, SWEEP_INTERVAL_MS, settle } from './killLoop.ts'
import { recordOrphans, unreadProcess } from './orphans.ts'
import { type Findings, SWEEPS_FOR_PROOF } from './verdict.ts'

export interface Verification {
  runId: string
  table: ProcessTable
  query: Omit<SweepQuery, 'matches' | 'except' | 'members'>
  leases: LeaseLog
  /** The executables that may outlive the run. */
  keep: readonly string[]
  /** The run's control group, if it has one. */
  cgroup?: ControlGroup | undefined
  /** The forkservers and workers of the run. Each of them may have led a process group. */
  leaders?(): Identity[]
  /** The reaper, which lives until the verification ends it. */
  reaper: Identity | undefined
  signal: Signaller
  /**
   * Kills all descendants of the reaper and returns them. The reaper is faster than a sweep, which may always be one
   * generation late for a process that keeps forking.
   *
   * @param timeout milliseconds
   */
  killTree(timeout: number): Promise<Identity[]>
  /** Ends the reaper; resolves when it is gone. */
  endReaper(): Promise<void>
}

type Found = Pick<
  Findings,
  'orphans' | 'unknown' | 'kept' | 'problems' | 'cleanSweeps' | 'looked' | 'sweeping'
>

const debug = debugLog('verdict')

const VANISHED = 'Processes of the run started and ended faster than a sweep could read them.'

/** Sweeps for survivors of the stopped pool, kills them, ends the reaper, and proves that no process of the run is left. */
export async function verify(verification: Verification): Promise<Found> {
  const found: Found = {
    orphans: [],
    unknown: [],
    kept: [],
    problems: [],
    cleanSweeps: 0,
    looked: 0,
    sweeping: 0,
  }
  const { reaper } = verification
  const look = async (except?: number): Promise<SweepResult> => {
    const everything = await sweep(verification.table, {
      ...verification.query,
      members: { runId: verification.runId, pids: membersOf(verification) },
      matches: (id) => id === verification.runId,
      except: new Set(except === undefined ? [process.pid] : [process.pid, except]),
    })
    debug(
      'swept %d processes in %d ms: %d of the run, %d unknown, %d vanished',
      everything.looked,
      Math.round(everything.duration),
      everything.found.length,
      everything.unknown.length,
      everything.vanished,
    )
    found.looked = everything.looked
    found.sweeping = Math.max(found.sweeping, everything.duration)
    const { found: unnamed, kept } = partKept(verification.table, everything.found, verification.keep)
    found.kept = kept
    return { ...everything, found: unnamed }
  }
  const lookBesideReaper = () => look(reaper?.pid)
  const began = performance.now()
  const left = await settle(lookBesideReaper)
  recordOrphans(found.orphans, left.found, verification.leases, performance.now() - began)
  await end(verification, found, lookBesideReaper)
  if (left.vanished > 0 && found.orphans.length === 0) found.problems.push(VANISHED)
  await verification.endReaper().catch((error: Error) => void found.problems.push(error.message))
  await prove(verification, found, look)
  return found
}

/** The processes that the kernel counts to the run, even if they have shed both cookies. */
function membersOf({ reaper, cgroup, leaders }: Verification): Map<number, Membership> {
  const descendants = reaper && isSameProcessAlive(reaper) ? [...system.descendantsOf(reaper.pid)] : []
  return new Map<number, Membership>([
    ...system.groupMembers(leaders?.() ?? []).map((pid): [number, Membership] => [pid, 'group']),
    ...descendants.map((pid): [number, Membership] => [pid, 'descent']),
    ...[...(cgroup?.members() ?? [])].map((pid): [number, Membership] => [pid, 'cgroup']),
  ])
}

/** Kills the survivors, and records every one that it finds as an orphan. */
async function end(
  verification: Verification,
  found: Found,
  look: () => Promise<SweepResult>,
): Promise<void> {
  const { runId, leases, killTree, signal } = verification
  const lookAndRecord = async () => {
    const left = await look()
    recordOrphans(found.orphans, left.found, leases, 0)
    return left
  }
  const kill = async (left: SweepResult) => {
    const killed = await killTree(KILL_TIMEOUT_MS).catch(() => [])
    const unread = killed.map((process) => unreadProcess(process, runId))
    recordOrphans(found.orphans, unread, leases, 0)
    await signal(left.found, 'SIGKILL')
  }
  await killUntilClean(lookAndRecord, kill).catch(
    (error: Error) => void found.problems.push(`Orphans could not be killed: ${error.message}`),
  )
}

/** Repeats the sweep until two in a row are clean. The reaper is gone by now, so it is no exception any more. */
async function prove(
  verification: Verification,
  found: Found,
  look: () => Promise<SweepResult>,
): Promise<void> {
  const until = performance.now() + KILL_TIMEOUT_MS
  while (found.cleanSweeps < SWEEPS_FOR_PROOF) {
    const result = await look()
    found.unknown = result.unknown
    recordOrphans(found.orphans, result.found, verification.leases, 0)
    found.cleanSweeps = isClean(result) && result.unknown.length === 0 ? found.cleanSweeps + 1 : 0
    if (performance.now() > until || result.unknown.length > 0) break
    if (!isClean(result)) await end(verification, found, look)
    if (found.cleanSweeps < SWEEPS_FOR_PROOF) await sleep(SWEEP_INTERVAL_MS)
  }
  verification.cgroup?.release(found.kept.map(({ pid }) => pid))
  // The kernel removes a control group only if it is empty. That proves more than any sweep.
  if (verification.cgroup?.remove() === false)
    found.problems.push('The control group of the run is not empty.')
  const alive = new Set((await look()).found.map(nameOf))
  for (const orphan of found.orphans) orphan.killed = !alive.has(nameOf(orphan))
}
