import { setImmediate as nextTurn } from 'node:timers/promises'
import { isAlive, type ProcessStat } from '../system/stat.ts'
import type { ProcessTable } from '../system/table.ts'
import { runIdOfLimit } from './limitCookie.ts'
import { LEASE_VARIABLE, RUN_DIRECTORY_VARIABLE, RUN_ID_VARIABLE } from './protocol.ts'

/** A living process that carries a cookie of a run. */
export interface MarkedProcess extends ProcessStat {
  runId: string
  /** Which cookie gave it away. */
  cookie: 'environment' | 'limit' | 'both' | Membership
  /** The lease during which it was executed; `undefined` where it was only forked. */
  lease: string | undefined
  /** The run's directory, where its environment tells. */
  directory: string | undefined
  /** Arguments joined by spaces, or the program's name in brackets where there are none. */
  command: string
}

/** It is in the run's control group, descends from its reaper, or is in the process group of a worker. */
export type Membership = 'cgroup' | 'descent' | 'group'

/** A living process of this user that may belong to the run: nobody can tell. */
export interface Unreadable {
  pid: number
  startTime: string
  name: string
  reason: string
}

export interface SweepResult {
  found: MarkedProcess[]
  unknown: Unreadable[]
  /** Members that ended while they were looked at: what forks faster than we look is seen by nothing else. */
  vanished: number
  /** How many processes were looked at. */
  looked: number
  /** Duration in milliseconds. */
  duration: number
}

export interface SweepQuery {
  /** Which runs are looked for. */
  matches(runId: string): boolean
  /** Processes that belong to the run by what the kernel says of them, with or without a cookie. */
  members?: { runId: string; pids: ReadonlyMap<number, Membership> } | undefined
  /** Processes to pass over, e.g. the runner itself. */
  except?: ReadonlySet<number>
  /** Whether every process of the run is known to have inherited the limit cookie. */
  limitArmed: boolean
  /** A process that started before this start time cannot belong to the run. */
  notBefore?: string
  /** Effective user ID; processes of others that cannot be read are not ours. */
  uid: number
}

/** Milliseconds after which others get their turn: the runner may have thousands of processes to look at. */
const SLICE = 2

/** Looks at every process once. Pure but for the table: it signals nothing and judges nothing. */
export async function sweep(table: ProcessTable, query: SweepQuery): Promise<SweepResult> {
  const began = performance.now()
  let slice = began
  const result: SweepResult = { found: [], unknown: [], vanished: 0, looked: 0, duration: 0 }
  for (const pid of table.pids()) {
    if (query.except?.has(pid)) continue
    if (performance.now() - slice > SLICE) slice = await nextTurn().then(() => performance.now())
    result.looked += 1
    const seen = look(table, pid, query)
    if (seen && 'runId' in seen) result.found.push(seen)
    else if (seen) result.unknown.push(seen)
  }
  lookForMembers(table, query, result)
  result.duration = performance.now() - began
  return result
}

/** A member that was not met above was born since, or it ended while we looked. */
function lookForMembers(table: ProcessTable, query: SweepQuery, result: SweepResult): void {
  const met = new Set(result.found.map(({ pid }) => pid))
  for (const pid of query.members?.pids.keys() ?? []) {
    if (met.has(pid) || query.except?.has(pid)) continue
    const seen = look(table, pid, query)
    if (seen && 'runId' in seen) result.found.push(seen)
    else if (!table.stat(pid)) result.vanished += 1
  }
}

const VARIABLES = [RUN_ID_VARIABLE, LEASE_VARIABLE, RUN_DIRECTORY_VARIABLE]

function look(table: ProcessTable, pid: number, query: SweepQuery): MarkedProcess | Unreadable | undefined {
  // Most are older than the run, and to learn that takes one file where the cookies take two.
  if (query.notBefore !== undefined && isOlder(table, pid, query.notBefore)) return undefined
  const limit = table.limit(pid)
  const variables = limit === 'gone' ? 'gone' : table.variables(pid, VARIABLES)
  if (limit === 'gone' || variables === 'gone') return undefined
  const byLimit = typeof limit === 'bigint' ? runIdOfLimit(limit) : undefined
  const [byEnvironment, lease, directory] = variables === 'denied' ? [] : variables
  const runId = [byLimit, byEnvironment].find((id) => id !== undefined && query.matches(id))
  if (runId !== undefined) {
    const cookie = byLimit === byEnvironment ? 'both' : runId === byLimit ? 'limit' : 'environment'
    return marked(table, pid, { runId, cookie, lease, directory })
  }
  const membership = query.members?.pids.get(pid)
  if (query.members && membership)
    return marked(table, pid, { runId: query.members.runId, cookie: membership, lease, directory })
  // The limit cannot be shed without privilege, so a process that shows another one is none of the run's.
  const excluded = variables !== 'denied' || (limit !== 'denied' && query.limitArmed)
  return excluded ? undefined : unreadable(table, pid, query)
}

function isOlder(table: ProcessTable, pid: number, time: string): boolean {
  const stat = table.stat(pid)
  return !stat || table.isBefore(stat.startTime, time)
}

function marked(
  table: ProcessTable,
  pid: number,
  cookies: Pick<MarkedProcess, 'runId' | 'cookie' | 'lease' | 'directory'>,
): MarkedProcess | undefined {
  const stat = table.stat(pid)
  if (!stat || !isAlive(stat)) return undefined
  return { ...stat, ...cookies, command: table.command(pid) || `[${stat.name}]` }
}

function unreadable(table: ProcessTable, pid: number, query: SweepQuery): Unreadable | undefined {
  const stat = table.stat(pid)
  if (!stat || !isAlive(stat)) return undefined
  const user = table.user(pid)
  if (user === 'gone' || (user !== undefined && user !== query.uid)) return undefined
  return { pid, startTime: stat.startTime, name: stat.name, reason: `/proc/${pid}/environ cannot be read` }
}
