import { setTimeout as sleep } from 'node:timers/promises'
import type { ControlGroup } from '../../process/run/controlGroup.ts'
import { partKept } from '../../process/run/keptProcesses.ts'
import type { Signaller } from '../../process/run/signal.ts'
import {
  type Member,
  type Membership,
  type SweepQuery,
  type SweepResult,
  sweep,
  unreadMember,
} from '../../process/run/sweep.ts'
import type { Identity } from '../../process/system/identity.ts'
import { system } from '../../process/system/system.ts'
import type { ProcessTable } from '../../process/system/table.ts'
import { debugLog } from '../../support/debugLog.ts'
import type { LeaseLog } from '../leasing/leaseLog.ts'
import type { KilledTree } from '../python/reaper/reaper.ts'
import { isClean, KILL_TIMEOUT_MS, killUntilClean, SWEEP_INTERVAL_MS, settle } from './killLoop.ts'
import { noteEnds, noteRefusals, recordOrphans } from './orphans.ts'
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
   * Kills all descendants of the reaper, except those to keep. The reaper is faster than a sweep, which may always be one
   * generation late for a process that keeps forking.
   *
   * @param timeout milliseconds
   * @returns `undefined` if there is no reaper that answers
   */
  killTree(timeout: number): Promise<KilledTree | undefined>
  /** Ends the reaper; resolves when it is gone. */
  endReaper(): Promise<void>
}

/** The part of the findings that the verification makes. */
export type Found = Pick<
  Findings,
  'orphans' | 'unknown' | 'kept' | 'problems' | 'cleanSweeps' | 'looked' | 'sweeping'
>

const debug = debugLog('verdict')

const UNREAD = 'gone before it could be looked at'
/** The kernel counts it, and `/proc` does not show it. */
const UNSEEN_DESCENDANT =
  'The reaper has a descendant that the system does not show, so it could not be ended.'
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
  const look = (except?: number) => lookOnce(verification, found, except)
  const lookBesideReaper = () => look(reaper?.pid)
  const attempt = (step: string, doing: Promise<unknown>) =>
    doing.catch((error: Error) => void found.problems.push(`${step}: ${error.message}`))
  try {
    await attempt('The survivors could not be ended', endSurvivors(verification, found, lookBesideReaper))
    await attempt('The reaper could not tell what it has left', emptyTree(verification, found))
    await verification.endReaper().catch((error: Error) => void found.problems.push(error.message))
    await attempt('The last sweeps failed', prove(verification, found, look))
  } finally {
    // An orphan that has lost its parent and its marks is in no sweep any more, but may be alive.
    noteEnds(found.orphans, verification.table)
  }
  return found
}

async function lookOnce(
  verification: Verification,
  found: Found,
  except: number | undefined,
): Promise<SweepResult> {
  const { table, query, keep } = verification
  const everything = await sweep(table, {
    ...query,
    members: membersOf(verification),
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
  const { found: unnamed, kept } = partKept(table, everything.found, keep)
  found.kept = kept
  return { ...everything, found: unnamed }
}

async function endSurvivors(
  verification: Verification,
  found: Found,
  look: () => Promise<SweepResult>,
): Promise<void> {
  const began = performance.now()
  const left = await settle(look)
  recordOrphans(found.orphans, left.found, verification.leases, performance.now() - began)
  await end(verification, found, look)
  if (left.vanished > 0 && found.orphans.length === 0) found.problems.push(VANISHED)
}

/**
 * Has the reaper tell whether it has descendants left. The kernel answers that, even if `/proc` shows none of them. The
 * reaper kills them first.
 */
async function emptyTree(verification: Verification, found: Found): Promise<void> {
  const tree = await verification.killTree(KILL_TIMEOUT_MS)
  if (!tree) return
  const member = { runId: verification.runId, how: 'descent' } as const
  const orphans = [...tree.killed, ...tree.left].map((process) => unreadMember(process, member, UNREAD))
  recordOrphans(found.orphans, orphans, verification.leases, 0)
  if (!tree.empty && tree.left.length === 0) found.problems.push(UNSEEN_DESCENDANT)
}

/** The processes that the kernel counts to the run, even if they have shed all marks. */
function membersOf({ runId, table, reaper, cgroup, leaders }: Verification): Map<number, Member> {
  const descendants = reaper && table.lifeOf(reaper) !== 'ended' ? [...system.descendantsOf(reaper.pid)] : []
  const entry = (how: Membership) => (pid: number) => [pid, { runId, how }] as const
  return new Map<number, Member>([
    ...system.groupMembers(leaders?.() ?? []).map(entry('group')),
    ...descendants.map(entry('descent')),
    ...[...(cgroup?.members() ?? [])].map(entry('cgroup')),
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
    const tree = await killTree(KILL_TIMEOUT_MS).catch(() => undefined)
    const member = { runId, how: 'descent' } as const
    const unread = (tree?.killed ?? []).map((process) => unreadMember(process, member, UNREAD))
    recordOrphans(found.orphans, unread, leases, 0)
    noteRefusals(found.orphans, await signal(left.found, 'SIGKILL'))
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
}
