import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** A file in `/dev/shm`, made by Python's `multiprocessing.shared_memory`. */
export interface Segment {
  path: string
  bytes: number
  /** ISO 8601. */
  createdAt: string
  /** Processes of this user that may use it, because they cannot be read. */
  unreadable: number[]
}

const DIRECTORY = '/dev/shm'

/**
 * The segments of this user that no process uses. Python removes a segment when its last user ends, unless that is
 * killed. Empty on systems without `/dev/shm`.
 */
export function unusedSegments(directory = DIRECTORY): Segment[] {
  const segments = ownSegments(directory)
  if (segments.length === 0) return []
  const processes = listIn('/proc')
    .filter(isPid)
    .map((pid) => ({ pid: Number(pid), files: filesOf(pid, directory) }))
  const used = new Set(processes.flatMap(({ files }) => files ?? []))
  const unreadable = processes.filter(({ files }) => files === undefined).map(({ pid }) => pid)
  return segments.filter(({ path }) => !used.has(path)).map((segment) => ({ ...segment, unreadable }))
}

function ownSegments(directory: string): Omit<Segment, 'unreadable'>[] {
  return listIn(directory)
    .filter((name) => name.startsWith('psm_'))
    .flatMap((name) => {
      const path = join(directory, name)
      const stat = lstatSync(path, { throwIfNoEntry: false })
      if (!stat?.isFile() || stat.uid !== process.getuid?.()) return []
      return { path, bytes: stat.size, createdAt: stat.birthtime.toISOString() }
    })
}

/**
 * The files in the directory that a process has mapped or opened; none if it has ended, or is another user's.
 *
 * @returns `undefined` if it is a process of this user that cannot be read
 */
function filesOf(pid: string, directory: string): string[] | undefined {
  try {
    const maps = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')
    const mapped = maps.map((line) => line.slice(line.indexOf('/')))
    const opened = listIn(`/proc/${pid}/fd`).map((fd) => target(`/proc/${pid}/fd/${fd}`))
    return [...mapped, ...opened].filter((path) => path.startsWith(`${directory}/`))
  } catch {
    return isOwn(pid) ? undefined : []
  }
}

/** By its status, because the files of a process that is not dumpable belong to root. */
function isOwn(pid: string): boolean {
  try {
    const uid = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
    return uid !== undefined && Number(uid) === process.getuid?.()
  } catch {
    return false
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link)
  } catch {
    return ''
  }
}

function listIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

function isPid(name: string): boolean {
  return /^\d+$/.test(name)
}
