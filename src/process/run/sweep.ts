import { setImmediate as nextTurn } from 'node:timers/promises'
import { safeText } from '../../support/text/safeText.ts'
import type { Identity } from '../system/identity.ts'
import { isAlive, type ProcessStat } from '../system/stat.ts'
import type { ProcessTable } from '../system/table.ts'
import { markedRuns, type Suspect, suspectOf } from './marks.ts'
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

/** It is in the run's control group, descends from its reaper, is in a worker's process group, or is in its record. */
export type Membership = 'cgroup' | 'descent' | 'group' | 'record'

/** A process that counts to a run, with or without a mark. */
export interface Member {
  runId: string
  how: Membership
}

/** A living process that cannot be read, and that may belong to a run. */
export interface Unreadable extends Identity {
  /** The run that it may belong to. */
  runId: string
  name: string
  reason: string
}

/** A process of another user that carries the marks of a run. Everybody can copy marks. */
export interface Foreign {
  pid: number
  runId: string
  user: number | undefined
}

export interface SweepResult {
  found: MarkedProcess[]
  unknown: Unreadable[]
  /** Left alone, and no reason to fail. */
  foreign: Foreign[]
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
  /** Processes that the kernel or the record of the run counts to it, by pid. */
  members?: ReadonlyMap<number, Member> | undefined
  /** Processes to skip, such as the runner itself. */
  except?: ReadonlySet<number>
  /** The runs that an unreadable process may belong to. */
  suspects: readonly Suspect[]
  /** A process that started before this start time cannot belong to any of the runs. */
  notBefore?: string
  /** User ID. A process of another user belongs to a run only if it is a member. */
  uid: number
}

/** The event loop gets a turn after this time: a sweep may have to look at thousands of processes. */
const SLICE_MS = 2

/** Looks at every process once. It only reads the table: it signals nothing and judges nothing. */
export async function sweep(table: ProcessTable, query: SweepQuery): Promise<SweepResult> {
  const began = performance.now()
  let slice = began
  const result: SweepResult = { found: [], unknown: [], foreign: [], vanished: 0, looked: 0, duration: 0 }
  for (const pid of table.pids()) {
    if (query.except?.has(pid)) continue
    if (performance.now() - slice > SLICE_MS) slice = await nextTurn().then(() => performance.now())
    result.looked += 1
    sort(look(table, pid, query), result)
  }
  lookForMembers(table, query, result)
  result.duration = performance.now() - began
  return result
}

/** Looks for members that the first pass has not found: they were born since, they ended, or the system hides them. */
function lookForMembers(table: ProcessTable, query: SweepQuery, result: SweepResult): void {
  const met = new Set(result.found.map(({ pid }) => pid))
  for (const [pid, member] of query.members ?? []) {
    if (met.has(pid) || query.except?.has(pid)) continue
    const seen = look(table, pid, query)
    sort(seen, result)
    if (!seen && !table.stat(pid)) {
      if (table.exists(pid)) result.found.push(unreadMember({ pid, startTime: '' }, member, HIDDEN))
      else result.vanished += 1
    }
  }
}

type Seen =
  | { readonly kind: 'found'; readonly marked: MarkedProcess }
  | { readonly kind: 'unknown'; readonly unreadable: Unreadable }
  | { readonly kind: 'foreign'; readonly foreign: Foreign }

function sort(seen: Seen | undefined, { found, unknown, foreign }: SweepResult): void {
  if (seen?.kind === 'found') found.push(seen.marked)
  if (seen?.kind === 'unknown') unknown.push(seen.unreadable)
  if (seen?.kind === 'foreign') foreign.push(seen.foreign)
}

const VARIABLES = [RUN_ID_VARIABLE, LEASE_VARIABLE, RUN_DIRECTORY_VARIABLE]

function look(table: ProcessTable, pid: number, query: SweepQuery): Seen | undefined {
  const stat = table.stat(pid)
  // Most processes are older than the run. It takes one file to learn that, and two to read the marks.
  if (query.notBefore !== undefined && isOlder(table, stat, query.notBefore)) return undefined
  const limits = table.limits(pid)
  const variables = limits === 'gone' ? 'gone' : table.variables(pid, VARIABLES)
  if (limits === 'gone' || variables === 'gone') return undefined
  const [byEnvironment, lease, directory] = variables === 'denied' ? [] : variables
  const { runId, cookie } = markedRuns(limits, byEnvironment, query.matches)
  const member = query.members?.get(pid)
  if (runId !== undefined && !member && table.user(pid) !== query.uid) {
    return stat && isAlive(stat)
      ? { kind: 'foreign', foreign: { pid, runId, user: table.user(pid) } }
      : undefined
  }
  if (runId !== undefined) return marked(table, stat, { runId, cookie, lease, directory })
  if (member) return marked(table, stat, { runId: member.runId, cookie: member.how, lease, directory })
  // A process that shows its environment would show the mark, unless it has removed it.
  if (variables !== 'denied' || table.user(pid) !== query.uid || (stat && !isAlive(stat))) return undefined
  const suspect = suspectOf(query.suspects, limits, (time) => isOlder(table, stat, time))
  return suspect && { kind: 'unknown', unreadable: unreadable(pid, stat, suspect) }
}

function isOlder(table: ProcessTable, stat: ProcessStat | undefined, time: string): boolean {
  return stat !== undefined && table.isBefore(stat.startTime, time)
}

function marked(
  table: ProcessTable,
  stat: ProcessStat | undefined,
  cookies: Pick<MarkedProcess, 'runId' | 'cookie' | 'lease' | 'directory'>,
): Seen | undefined {
  if (!stat || !isAlive(stat)) return undefined
  const name = safeText(stat.name)
  const command = safeText(describeCommand(stat.name, table.command(stat.pid)))
  return { kind: 'found', marked: { ...stat, ...cookies, name, command } }
}

function unreadable(pid: number, stat: ProcessStat | undefined, { runId }: Suspect): Unreadable {
  const reason = `/proc/${pid}/${stat ? 'environ' : 'stat'} cannot be read`
  return { pid, startTime: stat?.startTime ?? '', runId, name: safeText(stat?.name ?? '?'), reason }
}

const HIDDEN = 'hidden by /proc'

/** A member that cannot be read: the system hides it, or it has ended since. */
export function unreadMember(identity: Identity, { runId, how }: Member, command: string): MarkedProcess {
  return {
    ...identity,
    runId,
    name: '?',
    state: '?',
    parent: 0,
    session: 0,
    threads: 1,
    lease: undefined,
    directory: undefined,
    cookie: how,
    command,
  }
}

/**
 * A child that Python code forks has the command line of its parent, so Python names such a child by its kind until it
 * executes a program: "fork of w3".
 */
function describeCommand(name: string, command: string): string {
  const worker = workerOfFork(name)
  if (worker !== undefined) return `a fork of worker ${worker}`
  if (name.startsWith('fork of the for')) return 'a fork of the forkserver'
  return command || `[${name}]`
}

/** The worker that a process was forked from, by the name that it then has; `undefined` after it executed a program. */
export function workerOfFork(name: string): string | undefined {
  return /^fork of (w\d+)/.exec(name)?.[1]
}
