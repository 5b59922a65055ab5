import { type BigIntStats, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The state of each file or directory that an answer depends on, by path; empty if it doesn't exist. */
export type Stamps = Record<string, string>

const read = (path: string): BigIntStats | undefined => {
  try {
    return statSync(path, { bigint: true })
  } catch {
    return undefined
  }
}

/** `ctime` cannot be set back, unlike `mtime`. Adding or removing an entry changes both of a directory. */
function stampOf(path: string): string {
  const found = read(path)
  return found ? [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ') : ''
}

export function stampsOf(paths: Iterable<string>): Stamps {
  return Object.fromEntries([...paths].map((path) => [path, stampOf(path)]))
}

export function areUpToDate(stamps: Stamps): boolean {
  return Object.entries(stamps).every(([path, stamp]) => stampOf(path) === stamp)
}

/** Whether one of the paths has changed since, in milliseconds since the epoch. */
export function haveChangedSince(paths: Iterable<string>, since: number): boolean {
  return [...paths].some((path) => Number(read(path)?.ctimeMs ?? 0) >= since)
}

/** The file that makes an interpreter that of a virtual environment, which may not exist, and the interpreter. */
export function filesOf(executable: string): string[] {
  const beside = dirname(executable)
  return [executable, join(beside, 'pyvenv.cfg'), join(dirname(beside), 'pyvenv.cfg')]
}
