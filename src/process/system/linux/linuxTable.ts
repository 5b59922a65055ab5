import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs'
import { environmentValue } from '../parseEnvironment.ts'
import { parseLimits } from '../parseLimits.ts'
import { isAlive, type ProcessStat, parseStat } from '../stat.ts'
import type { Absence, ProcessTable } from '../table.ts'

/** The bytes of one file of a process, or the reason for which there are none. */
export type ProcessFile = Buffer | Absence

/** `/proc`. */
export interface ProcFiles {
  pids(): number[]
  /** The returned bytes are valid until the next read. */
  read(pid: number, file: 'stat' | 'limits' | 'environ' | 'status' | 'cmdline'): ProcessFile
  /** The target of `/proc/PID/exe`; empty if it cannot be read. */
  executable?(pid: number): string
  /** Whether there is a process with this pid. */
  exists?(pid: number): boolean
  /** The user that owns the directory of the process; `undefined` if there is no directory. */
  owner?(pid: number): number | undefined
}

// One buffer for all reads. A sweep reads three small files of every process on the machine, and synchronous reads into
// warm memory are ten times faster than one promise for each file.
let buffer = Buffer.allocUnsafe(256 * 1024)

const procFiles: ProcFiles = {
  pids: () =>
    readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0),
  read(pid, file) {
    let descriptor: number | undefined
    try {
      descriptor = openSync(`/proc/${pid}/${file}`, 'r')
      return readWhole(descriptor)
    } catch (error) {
      return reasonOf(error as NodeJS.ErrnoException)
    } finally {
      if (descriptor !== undefined) closeSync(descriptor)
    }
  },
  executable(pid) {
    try {
      return readlinkSync(`/proc/${pid}/exe`)
    } catch {
      return ''
    }
  },
  exists(pid) {
    try {
      return process.kill(pid, 0)
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM'
    }
  },
  owner(pid) {
    try {
      return lstatSync(`/proc/${pid}`).uid
    } catch {
      return undefined
    }
  },
}

/** The process table of Linux. Each call reads the process anew. */
export function linuxTable(files: ProcFiles = procFiles): ProcessTable {
  const { pids, read, executable, owner } = files
  const exists = files.exists ?? ((pid: number) => read(pid, 'stat') !== 'gone')
  const text = (pid: number, file: 'stat' | 'cmdline') => {
    const bytes = read(pid, file)
    return Buffer.isBuffer(bytes) ? bytes.toString(file === 'stat' ? 'latin1' : 'utf8') : ''
  }
  const statOf = (pid: number) => parseStat(text(pid, 'stat'))
  return {
    pids,
    exists,
    stat: statOf,
    lifeOf({ pid, startTime }) {
      const stat = statOf(pid)
      if (stat) return stat.startTime === startTime && isAlive(stat) ? 'alive' : 'ended'
      return exists(pid) ? 'unknown' : 'ended'
    },
    variables(pid, names) {
      const environ = read(pid, 'environ')
      if (Buffer.isBuffer(environ)) return names.map((name) => environmentValue(environ, name))
      return environ === 'gone' && hasLostMainThread(statOf(pid)) ? 'denied' : environ
    },
    limits(pid) {
      const limits = read(pid, 'limits')
      return Buffer.isBuffer(limits) ? parseLimits(limits.toString('latin1')) : limits
    },
    // The real user. Everybody can start a program that becomes root, which makes root only the effective user.
    user(pid) {
      const status = read(pid, 'status')
      const uid = Buffer.isBuffer(status) ? /^Uid:\t(\d+)/m.exec(status.toString('latin1'))?.[1] : undefined
      if (uid !== undefined) return Number(uid)
      // With hidepid=1, only the owner of the directory is left. Root owns that of each process that is not dumpable.
      return owner?.(pid) || undefined
    },
    command: (pid) => text(pid, 'cmdline').replaceAll('\0', ' ').trim(),
    // An upgrade may have replaced the file of a process that is still running.
    executable: (pid) => (executable?.(pid) ?? '').replace(/ \(deleted\)$/, ''),
    isBefore: (startTime, other) => BigInt(startTime) < BigInt(other),
  }
}

/** Without its main thread, a process's environment reads as if it were gone (ESRCH), though its other threads go on. */
function hasLostMainThread(stat: ProcessStat | undefined): boolean {
  return stat !== undefined && stat.state === 'Z' && isAlive(stat)
}

function readWhole(descriptor: number): Buffer {
  for (let length = 0; ; ) {
    const read = readSync(descriptor, buffer, length, buffer.length - length, null)
    length += read
    if (read === 0) return buffer.subarray(0, length)
    if (length === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2)
  }
}

function reasonOf(error: NodeJS.ErrnoException): Absence {
  // ESRCH: the process ended between open and read.
  if (error.code === 'ENOENT' || error.code === 'ESRCH') return 'gone'
  return 'denied'
}
