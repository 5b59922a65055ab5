import { execFileSync } from 'node:child_process'
import type { ProcessStat } from './stat.ts'

/** A process as macOS shows it. */
export interface PsProcess extends ProcessStat {
  /** Effective user ID. */
  user: number
  /** Arguments joined by spaces. */
  command: string
  /** ` NAME=value NAME=value`; empty if the system hides it (another user's process, or one that is protected). */
  environment: string
}

/** Runs a system program and returns its standard output, even if the program fails. */
export type Execute = (file: string, args: readonly string[]) => string

/** Runs in the C locale and in UTC: start times are text, which Node and Python must print alike. */
export const execute: Execute = (file, args) => {
  const env = { LC_ALL: 'C', TZ: 'UTC' }
  const options = { env, encoding: 'utf8', maxBuffer: 2 ** 28, stdio: 'pipe' } as const
  try {
    return execFileSync(file, args, options)
  } catch (error) {
    // ps exits with 1 if it finds no process.
    if ((error as { status?: number }).status === 1) return (error as { stdout?: string }).stdout ?? ''
    throw error
  }
}

const COLUMNS = 'pid=,ppid=,pgid=,uid=,stat=,lstart=,command='
const LINE = /^ *(\d+) +(\d+) +(\d+) +(\d+) +(\S+) +(\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4})(?: +(.*))?$/

/** One process, or all of them, without environments. */
export function list(run: Execute, pid?: number): Map<number, PsProcess> {
  const which = pid === undefined ? ['-A'] : ['-p', `${pid}`]
  return parse(run('/bin/ps', [...which, '-ww', '-o', COLUMNS]))
}

/**
 * All processes with their environments. ps prints the environment right after the arguments (`-E`), so it takes a
 * second list without environments to separate the two. A process that executes another program between the two lists
 * shows no environment; that is harmless, because no verdict rests on a single sweep.
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

/** Parses the columns above. A line that does not match continues the line before: an argument may contain newlines. */
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
  // macOS shows no session ID. The group serves as well, because every worker leads one.
  const stat = { pid, parent, session: group, user, name, threads: 1, state: state.charAt(0) }
  return { ...stat, startTime: lstart.replace(/ +/g, ' '), command, environment: '' }
}

/** The value of a variable in an environment that ps printed. */
export function printedValue(environment: string, name: string): string | undefined {
  return new RegExp(`(?:^| )${name}=(.*?)(?= [A-Za-z_][A-Za-z0-9_]*=|\\s*$)`, 's').exec(environment)?.[1]
}
