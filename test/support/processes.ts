import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

// Reads /proc, or ps on macOS, by itself: an oracle that shares code with the product shares its blind spots.

/** A process that is not a zombie. */
export interface LiveProcess {
  pid: number
  /** Clock ticks since boot, or a date on macOS. Together with the pid, it identifies the process. */
  startTime: string
  command: string
  environ: string[]
  /** Soft RLIMIT_RSS; `undefined` if it is unlimited. */
  residentLimit: bigint | undefined
}

/** Every living process that this user may read. */
export function liveProcesses(platform: NodeJS.Platform = process.platform, ps = runPs): LiveProcess[] {
  if (platform === 'darwin') return ps(['-A']).split('\n').flatMap(readLine)
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? [])
}

/** When a process started; `undefined` if it is gone or a zombie, unless only its main thread has ended. */
export function startTimeOf(
  pid: number,
  platform: NodeJS.Platform = process.platform,
  ps = runPs,
): string | undefined {
  if (platform === 'darwin')
    return ps(['-p', `${pid}`])
      .split('\n')
      .flatMap(readLine)[0]?.startTime
  const stat = read(pid, 'stat')
  // The state is field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, threads, startTime] = [fields[0], Number(fields[20 - 3]), fields[22 - 3]]
  if (stat === '' || state === 'X' || (state === 'Z' && threads === 1)) return undefined
  return startTime
}

function readProcess(pid: number): LiveProcess | undefined {
  const environ = read(pid, 'environ').split('\0')
  const limit = /^Max resident set +(\d+)/m.exec(read(pid, 'limits'))?.[1]
  const command = read(pid, 'cmdline').replaceAll('\0', ' ').trim()
  // Read last, so a process that has ended meanwhile does not look like one without cookies.
  const startTime = startTimeOf(pid)
  if (startTime === undefined) return undefined
  return { pid, startTime, command, environ, residentLimit: limit === undefined ? undefined : BigInt(limit) }
}

/** Prints the environment after the command, and nothing for a process that doesn't exist. */
function runPs(which: string[]): string {
  const columns = ['-E', '-ww', '-o', 'pid=,stat=,lstart=,command=']
  const options = { encoding: 'utf8', env: { LC_ALL: 'C', TZ: 'UTC' }, maxBuffer: 2 ** 28 } as const
  try {
    return execFileSync('/bin/ps', [...which, ...columns], options)
  } catch {
    return ''
  }
}

/** A variable of the environment looks like an argument, which does no harm: the tests' marks are unique. */
function readLine(line: string): LiveProcess[] {
  const found = /^ *(\d+) +(\S+) +(\w{3} \w{3} +\d+ [\d:]{8} \d{4}) +(.*)$/.exec(line)
  if (!found || found[2]?.startsWith('Z')) return []
  const [, pid, , startTime = '', command = ''] = found
  return [{ pid: Number(pid), startTime, command, environ: command.split(' '), residentLimit: undefined }]
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return ''
  }
}
