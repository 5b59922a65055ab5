import { closeSync, openSync, readdirSync, readSync } from 'node:fs'

/** What a read of one file of a process gave: its bytes, or why there are none. */
export type ProcessFile = Buffer | 'gone' | 'denied'

/**
 * The processes of the machine, as files. The sweep judges what it reads here,
 * so that a fake table shows it every case.
 */
export interface ProcessTable {
  pids(): number[]
  /** The returned bytes are valid until the next read. */
  read(pid: number, file: 'stat' | 'limits' | 'environ' | 'status' | 'cmdline'): ProcessFile
}

// One buffer for all reads: a sweep reads three small files of every process on the machine,
// and synchronous reads into warm memory are ten times faster than promises for each.
let buffer = Buffer.allocUnsafe(256 * 1024)

/** The table of Linux: `/proc`. */
export const procTable: ProcessTable = {
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
}

function readWhole(descriptor: number): Buffer {
  for (let length = 0; ; ) {
    const read = readSync(descriptor, buffer, length, buffer.length - length, null)
    length += read
    if (read === 0) return buffer.subarray(0, length)
    if (length === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2)
  }
}

function reasonOf(error: NodeJS.ErrnoException): 'gone' | 'denied' {
  // ESRCH: the process ended between open and read.
  if (error.code === 'ENOENT' || error.code === 'ESRCH') return 'gone'
  return 'denied'
}
