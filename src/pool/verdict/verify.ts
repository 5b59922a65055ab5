import { setTimeout as sleep } from 'node:timers/promises'
import type { ControlGroup } from '../../process/run/controlGroup.ts'
import type { Signaller } from '../../process/run/signal.ts'
import {
  type MarkedProcess,
  type Membership,
  type SweepQuery,
  type SweepResult,
  sweep,
} from '../../process/run/sweep.ts'
import { ageOf, isSameProcessAlive } from '../../process/system/identify.ts'
import { type Identity, nameOf } from '../../process/system/identity.ts'
import { system } from '../../process/system/system.ts'
import type { ProcessTable } from '../../process/system/table.ts'
import { repeat } from '../../support/pollUntil.ts'
import type { LeaseLog } from '../leasing/leaseLog.ts'
import type { Findings, Orphan } from './verdict.ts'

export interface Verification {
  runId: string
  table: ProcessTable
  query: Omit<SweepQuery, 'matches' | 'except' | 'members'>
  leases: LeaseLog
  /** The run's control group, where it has one: who is in it, and whether it could be removed. */
  cgroup?: ControlGroup | undefined
  /** Forkservers and workers of the run, each of which may have led a process group. */
  leaders?(): Identity[]
  /** The reaper, which lives until the end of the verification. */
  reaper: Identity | undefined
  signal: Signaller
  /** Kills the reaper's descendants and tells whom; we may always be a generation late for what forks. */
  killTree(timeout: number): Promise<Identity[]>
  /** Ends the reaper; resolves when it is gone. */
  endReaper(): Promise<void>
}

type Found = Pick<Findings, 'orphans' | 'unknown' | 'problems' | 'cleanSweeps' | 'looked' | 'sweeping'>

/** Milliseconds that a process gets to notice that its worker is gone, before it is accused. */
const SETTLE = 1_000
/** Milliseconds for what was sent SIGKILL to be gone. */
const KILL_TIMEOUT = 5_000
const PAUSE = 25

const VANISHED = 'Processes of the run came and went faster than they could be looked at.'

/** Looks for what the stopped pool left, ends it, and makes sure. */
export async function verify(verification: Verification): Promise<Found> {
  const found: Found = { orphans: [], unknown: [], problems: [], cleanSweeps: 0, looked: 0, sweeping: 0 }
  const { reaper } = verification
  const look = async (except?: number): Promise<SweepResult> => {
    const result = await sweep(verification.table, {
      ...verification.query,
      members: { runId: verification.runId, pids: membersOf(verification) },
      matches: (id) => id === verification.runId,
      except: new Set(except === undefined ? [process.pid] : [process.pid, except]),
    })
    found.looked = result.looked
    found.sweeping = Math.max(found.sweeping, result.duration)
    return result
  }
  const began = performance.now()
  const left = await settle(() => look(reaper?.pid))
  recordOrphans(found, left.found, verification.leases, performance.now() - began)
  await end(verification, found, () => look(reaper?.pid))
  if (left.vanished > 0 && found.orphans.length === 0) found.problems.push(VANISHED)
  await verification.endReaper().catch((error: Error) => void found.problems.push(error.message))
  await prove(verification, found, look)
  return found
}

/** What the kernel knows to be of the run, whatever it did to its cookies. */
function membersOf({ reaper, cgroup, leaders }: Verification): Map<number, Membership> {
  const descendants = reaper && isSameProcessAlive(reaper) ? [...system.descendantsOf(reaper.pid)] : []
  return new Map<number, Membership>([
    ...system.groupMembers(leaders?.() ?? []).map((pid): [number, Membership] => [pid, 'group']),
    ...descendants.map((pid): [number, Membership] => [pid, 'descent']),
    ...[...(cgroup?.members() ?? [])].map((pid): [number, Membership] => [pid, 'cgroup']),
  ])
}

/** Sweeps until nothing is left or the time is up: a child may need a moment to see that its parent is gone. */
function settle(look: () => Promise<SweepResult>): Promise<SweepResult> {
  return repeat({ look, isDone: isClean, timeout: SETTLE, pause: PAUSE })
}

/** Kills what was found, again and again: a process may fork while it is being killed. */
async function end(
  verification: Verification,
  found: Found,
  look: () => Promise<SweepResult>,
): Promise<void> {
  const { runId, leases, killTree, signal } = verification
  const note = (marked: MarkedProcess[]) => recordOrphans(found, marked, leases, 0)
  await repeat({
    look: async () => {
      const left = await look()
      note(left.found)
      return left
    },
    isDone: isClean,
    act: async (left) => {
      const killed = await killTree(KILL_TIMEOUT).catch(() => [])
      note(killed.map((process) => unseen(process, runId)))
      await signal(left.found, 'SIGKILL')
    },
    timeout: KILL_TIMEOUT,
    pause: PAUSE,
  }).catch((error: Error) => void found.problems.push(`Orphans could not be killed: ${error.message}`))
}

/** The last word: two clean sweeps in a row, the reaper gone too. */
async function prove(
  verification: Verification,
  found: Found,
  look: () => Promise<SweepResult>,
): Promise<void> {
  const until = performance.now() + KILL_TIMEOUT
  while (found.cleanSweeps < 2) {
    const result = await look()
    found.unknown = result.unknown
    recordOrphans(found, result.found, verification.leases, 0)
    found.cleanSweeps = isClean(result) && result.unknown.length === 0 ? found.cleanSweeps + 1 : 0
    if (performance.now() > until || result.unknown.length > 0) break
    if (!isClean(result)) await end(verification, found, look)
    if (found.cleanSweeps < 2) await sleep(PAUSE)
  }
  // The kernel removes a group only when nobody is in it: a proof that no sweep can give.
  if (verification.cgroup?.remove() === false)
    found.problems.push('The control group of the run is not empty.')
  const alive = new Set((await look()).found.map(nameOf))
  for (const orphan of found.orphans) orphan.killed = !alive.has(nameOf(orphan))
}

function isClean({ found, vanished }: SweepResult): boolean {
  return found.length === 0 && vanished === 0
}

/** A process of the run that the reaper met and ended before anybody could read what it was. */
function unseen({ pid, startTime }: Identity, runId: string): MarkedProcess {
  const nothing = {
    name: '?',
    state: '?',
    parent: 0,
    session: 0,
    threads: 1,
    lease: undefined,
    directory: undefined,
  }
  return {
    pid,
    startTime,
    runId,
    ...nothing,
    cookie: 'descent',
    command: 'gone before it could be looked at',
  }
}

function recordOrphans(found: Found, processes: MarkedProcess[], leases: LeaseLog, survived: number): void {
  const known = new Set(found.orphans.map(nameOf))
  for (const marked of processes) {
    if (known.has(nameOf(marked))) continue
    const age = ageOf(marked.startTime)
    found.orphans.push({ ...marked, age, survived, killed: false, ...trace(marked, age, leases) })
  }
}

/** Whose process it is, as surely as can be told. */
export function trace(
  marked: MarkedProcess,
  age: number,
  leases: LeaseLog,
): Pick<Orphan, 'leases' | 'tracedBy'> {
  const byLease = marked.lease === undefined ? undefined : leases.get(marked.lease)
  if (byLease) return { leases: [byLease], tracedBy: 'lease' }
  const started = Date.now() - age
  const bySession = leases.openAt(started, marked.session)
  if (bySession.length > 0) return { leases: bySession, tracedBy: 'session' }
  return { leases: leases.openAt(started), tracedBy: 'time' }
}
