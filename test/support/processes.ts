import { readdirSync, readFileSync } from 'node:fs'

// Reads /proc by itself: an oracle that shares code with the product shares its blind spots.

/** A process in /proc that is not a zombie. */
export interface LiveProcess {
  pid: number
  /** Clock ticks since boot. Together with the pid, it identifies the process. */
  startTime: string
  command: string
  environ: string[]
  /** Soft RLIMIT_RSS; `undefined` if it is unlimited. */
  residentLimit: bigint | undefined
}

/** Every living process that this user may read. */
export function liveProcesses(): LiveProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? [])
}

/** When a process started; `undefined` if it is gone or a zombie, unless only its main thread has ended. */
export function startTimeOf(pid: number): string | undefined {
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

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return ''
  }
}
