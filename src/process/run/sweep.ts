import { setImmediate as nextTurn } from 'node:timers/promises'
import { safeText } from '../../support/safeText.ts'
import { isAlive, type ProcessStat } from '../system/stat.ts'
import type { ProcessTable } from '../system/table.ts'
import { runIdOfLimit } from './limitCookie.ts'
import { LEASE_VARIABLE, RUN_DIRECTORY_VARIABLE, RUN_ID_VARIABLE } from './protocol.ts'

/** A living process that carries a cookie of a run. */
export interface MarkedProcess extends ProcessStat {
  runId: string
  /** The cookie by which it was found. */
  cookie: 'environment' | 'limit' | 'both' | Membership
  /** The lease during which it was executed; `undefined` if it was only forked. */
  lease: string | undefined
  /** The run's directory, if its environment contains it. */
  directory: string | undefined
  /** Arguments joined by spaces, or the program's name in brackets if it has none. */
  command: string
}

/** It is in the run's control group, descends from its reaper, or is in the process group of a worker. */
export type Membership = 'cgroup' | 'descent' | 'group'

/** A living process of this user that cannot be read, so it may belong to the run. */
export interface Unreadable {
  pid: number
  startTime: string
  name: string
  reason: string
}

export interface SweepResult {
  found: MarkedProcess[]
  unknown: Unreadable[]
  /** Members that ended before they could be read. Nothing else reveals processes that fork faster than a sweep looks. */
  vanished: number
  /** Number of processes that were looked at. */
  looked: number
  /** Duration in milliseconds. */
  duration: number
}

export interface SweepQuery {
  /** Whether this run is one of those to look for. */
  matches(runId: string): boolean
  /** Processes that the kernel counts to the run, with or without a cookie. */
  members?: { runId: string; pids: ReadonlyMap<number, Membership> } | undefined
  /** Processes to skip, such as the runner itself. */
  except?: ReadonlySet<number>
  /** Whether every process of the run has certainly inherited the limit cookie. */
  limitArmed: boolean
  /** A process that started before this start time cannot belong to the run. */
  notBefore?: string
  /** Effective user ID. Unreadable processes of other users do not belong to the run. */
  uid: number
}

/** The event loop gets a turn after this time: a sweep may have to look at thousands of processes. */
const SLICE_MS = 2

/** Looks at every process once. It only reads the table: it signals nothing and judges nothing. */
export async function sweep(table: ProcessTable, query: SweepQuery): Promise<SweepResult> {
  const began = performance.now()
  let slice = began
  const result: SweepResult = { found: [], unknown: [], vanished: 0, looked: 0, duration: 0 }
  for (const pid of table.pids()) {
    if (query.except?.has(pid)) continue
    if (performance.now() - slice > SLICE_MS) slice = await nextTurn().then(() => performance.now())
    result.looked += 1
    const seen = look(table, pid, query)
    if (seen && 'runId' in seen) result.found.push(seen)
    else if (seen) result.unknown.push(seen)
  }
  lookForMembers(table, query, result)
  result.duration = performance.now() - began
  return result
}

/** Looks for members that the first pass has not found: they were born since, or they ended during the sweep. */
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
  // Most processes are older than the run. It takes one file to learn that, and two to read the cookies.
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
  // The limit cannot be raised again without privilege, so a process with another limit does not belong to the run.
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
  const name = safeText(stat.name)
  return { ...stat, ...cookies, name, command: safeText(describeCommand(stat.name, table.command(pid))) }
}

function unreadable(table: ProcessTable, pid: number, query: SweepQuery): Unreadable | undefined {
  const stat = table.stat(pid)
  if (!stat || !isAlive(stat)) return undefined
  const user = table.user(pid)
  if (user === 'gone' || (user !== undefined && user !== query.uid)) return undefined
  return {
    pid,
    startTime: stat.startTime,
    name: safeText(stat.name),
    reason: `/proc/${pid}/environ cannot be read`,
  }
}

/**
 * A child that Python code forks has the command line of its parent, so Python names such a child by its kind until it
 * executes a program: "fork of w3".
 */
function describeCommand(name: string, command: string): string {
  const [, worker] = /^fork of (w\d+|the for)/.exec(name) ?? []
  if (worker !== undefined)
    return `a fork of ${worker.startsWith('w') ? `worker ${worker}` : 'the forkserver'}`
  return command || `[${name}]`
}
