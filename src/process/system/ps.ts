import { execFileSync } from 'node:child_process'
import type { ProcessStat } from './stat.ts'

/** A process as macOS shows it. */
export interface PsProcess extends ProcessStat {
  /** Effective user ID. */
  user: number
  /** Arguments joined by spaces. */
  command: string
  /** ` NAME=value NAME=value`; empty where the system shows none (another user's, or protected by the system). */
  environment: string
}

/** Runs a program of the system and returns what it printed; what it printed though it failed counts, too. */
export type Execute = (file: string, args: readonly string[]) => string

/** In the C locale and in UTC: start times are text that Python reads, too, whatever either was started with. */
export const execute: Execute = (file, args) => {
  const env = { LC_ALL: 'C', TZ: 'UTC' }
  const options = { env, encoding: 'utf8', maxBuffer: 2 ** 28, stdio: 'pipe' } as const
  try {
    return execFileSync(file, args, options)
  } catch (error) {
    // ps exits with 1 where it has found nobody.
    if ((error as { status?: number }).status === 1) return (error as { stdout?: string }).stdout ?? ''
    throw error
  }
}

const COLUMNS = 'pid=,ppid=,pgid=,uid=,stat=,lstart=,command='
const LINE = /^ *(\d+) +(\d+) +(\d+) +(\d+) +(\S+) +(\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4})(?: +(.*))?$/

/** These processes, or all, without their environments. */
export function list(run: Execute, pid?: number): Map<number, PsProcess> {
  const which = pid === undefined ? ['-A'] : ['-p', `${pid}`]
  return parse(run('/bin/ps', [...which, '-ww', '-o', COLUMNS]))
}

/**
 * All processes with their environments. ps prints those right after the arguments (`-E`), so what is argument
 * and what is environment shows only beside a list without them; who executed another program between the two
 * lists shows none in this one, and no run is judged by one list alone.
 */
export function listWithEnvironments(run: Execute): Map<number, PsProcess> {
  const full = parse(run('/bin/ps', ['-A', '-E', '-ww', '-o', COLUMNS]))
  const bare = list(run)
  for (const [pid, process] of bare) {
    const same = full.get(pid)
    if (same?.startTime === process.startTime && same.command.startsWith(process.command))
      process.environment = same.command.slice(process.command.length)
  }
  return bare
}

/** Parses the columns above. A line that is none continues the one before: an argument may hold newlines. */
export function parse(text: string): Map<number, PsProcess> {
  const processes = new Map<number, PsProcess>()
  let last: PsProcess | undefined
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const found = parseLine(line)
    if (found) processes.set(found.pid, found)
    else if (last) last.command += `\n${line}`
    last = found ?? last
  }
  return processes
}

function parseLine(line: string): PsProcess | undefined {
  const fields = LINE.exec(line)
  if (!fields) return undefined
  const [pid = 0, parent = 0, group = 0, user = 0] = fields.slice(1, 5).map(Number)
  const [state = '', lstart = '', command = ''] = fields.slice(5)
  const name = command.split(' ')[0]?.split('/').at(-1) ?? ''
  // macOS shows no session ID; groups serve as well, since every worker leads one.
  const stat = { pid, parent, session: group, user, name, threads: 1, state: state.charAt(0) }
  return { ...stat, startTime: lstart.replace(/ +/g, ' '), command, environment: '' }
}

/** The value of a variable in what ps printed of an environment. */
export function printedValue(environment: string, name: string): string | undefined {
  return new RegExp(`(?:^| )${name}=(.*?)(?= [A-Za-z_][A-Za-z0-9_]*=|\\s*$)`, 's').exec(environment)?.[1]
}
