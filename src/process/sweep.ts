import { environmentValue } from './environment.ts'
import { runIdOfLimit } from './limitCookie.ts'
import { parseResidentLimit } from './limits.ts'
import { LEASE_VARIABLE, RUN_DIRECTORY_VARIABLE, RUN_ID_VARIABLE } from './protocol.ts'
import { isAlive, type ProcessStat, parseStat } from './stat.ts'
import type { ProcessTable } from './table.ts'

/** A living process that carries a cookie of a run. */
export interface Sighting extends ProcessStat {
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

/** `cgroup`: it is in the run's control group; `descent`: it descends from the run's reaper. */
export type Membership = 'cgroup' | 'descent'

/** A living process of this user that may belong to the run: nobody can tell. */
export interface Unreadable {
  pid: number
  startTime: string
  name: string
  reason: string
}

export interface SweepResult {
  found: Sighting[]
  unknown: Unreadable[]
  /** Members that ended while they were looked at: what forks faster than we look is seen by nothing else. */
  fleeting: number
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
  /** A process that started before this (clock ticks since boot) cannot belong to the run. */
  notBefore?: string
  /** Effective user ID; processes of others that cannot be read are not ours. */
  uid: number
}

/** Looks at every process once. Pure but for the table: it signals nothing and judges nothing. */
export function sweep(table: ProcessTable, query: SweepQuery): SweepResult {
  const began = performance.now()
  const result: SweepResult = { found: [], unknown: [], fleeting: 0, looked: 0, duration: 0 }
  for (const pid of table.pids()) {
    if (query.except?.has(pid)) continue
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
    else if (table.read(pid, 'stat') === 'gone') result.fleeting += 1
  }
}

function look(table: ProcessTable, pid: number, query: SweepQuery): Sighting | Unreadable | undefined {
  const limits = table.read(pid, 'limits')
  if (limits === 'gone') return undefined
  const limit = limits === 'denied' ? undefined : parseResidentLimit(limits.toString('latin1'))
  const byLimit = limit === undefined ? undefined : runIdOfLimit(limit)
  const environ = table.read(pid, 'environ')
  if (environ === 'gone') return undefined
  const readable = environ !== 'denied'
  const byEnvironment = readable ? environmentValue(environ, RUN_ID_VARIABLE) : undefined
  const lease = readable ? environmentValue(environ, LEASE_VARIABLE) : undefined
  const directory = readable ? environmentValue(environ, RUN_DIRECTORY_VARIABLE) : undefined
  const runId = [byLimit, byEnvironment].find((id) => id !== undefined && query.matches(id))
  if (runId !== undefined) {
    const cookie = byLimit === byEnvironment ? 'both' : runId === byLimit ? 'limit' : 'environment'
    return sighting(table, pid, { runId, cookie, lease, directory })
  }
  const membership = query.members?.pids.get(pid)
  if (query.members && membership)
    return sighting(table, pid, { runId: query.members.runId, cookie: membership, lease, directory })
  // The limit cannot be shed without privilege, so a process that shows another one is none of the run's.
  const excluded = readable || (limits !== 'denied' && query.limitArmed)
  return excluded ? undefined : unreadable(table, pid, query)
}

function sighting(
  table: ProcessTable,
  pid: number,
  cookies: Pick<Sighting, 'runId' | 'cookie' | 'lease' | 'directory'>,
): Sighting | undefined {
  const stat = readStat(table, pid)
  if (!stat || !isAlive(stat)) return undefined
  return { ...stat, ...cookies, command: commandOf(table, stat) }
}

function unreadable(table: ProcessTable, pid: number, query: SweepQuery): Unreadable | undefined {
  const stat = readStat(table, pid)
  if (!stat || !isAlive(stat)) return undefined
  if (query.notBefore !== undefined && BigInt(stat.startTime) < BigInt(query.notBefore)) return undefined
  // Not the owner of /proc/PID: the files of an undumpable process belong to root (proc(5)).
  const status = table.read(pid, 'status')
  const uid = Buffer.isBuffer(status) ? /^Uid:\t\d+\t(\d+)/m.exec(status.toString('latin1'))?.[1] : undefined
  if (status === 'gone' || (uid !== undefined && Number(uid) !== query.uid)) return undefined
  return { pid, startTime: stat.startTime, name: stat.name, reason: `/proc/${pid}/environ cannot be read` }
}

function readStat(table: ProcessTable, pid: number): ProcessStat | undefined {
  const stat = table.read(pid, 'stat')
  return Buffer.isBuffer(stat) ? parseStat(stat.toString('latin1')) : undefined
}

function commandOf(table: ProcessTable, stat: ProcessStat): string {
  const line = table.read(stat.pid, 'cmdline')
  const text = Buffer.isBuffer(line) ? line.toString('utf8').replaceAll('\0', ' ').trim() : ''
  return text === '' ? `[${stat.name}]` : text
}
