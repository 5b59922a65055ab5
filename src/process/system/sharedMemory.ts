import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** A file in `/dev/shm`, made by Python's `multiprocessing.shared_memory`. */
export interface Segment {
  path: string
  bytes: number
  /** ISO 8601. */
  createdAt: string
}

const DIRECTORY = '/dev/shm'

/**
 * The segments of this user that no process uses. Python removes a segment when its last user ends, unless that is
 * killed. Empty on systems without `/dev/shm`.
 */
export function unusedSegments(directory = DIRECTORY): Segment[] {
  const segments = ownSegments(directory)
  if (segments.length === 0) return []
  const used = new Set(
    listIn('/proc')
      .filter(isPid)
      .flatMap((pid) => filesOf(pid, directory)),
  )
  return segments.filter(({ path }) => !used.has(path))
}

function ownSegments(directory: string): Segment[] {
  return listIn(directory)
    .filter((name) => name.startsWith('psm_'))
    .flatMap((name) => {
      const path = join(directory, name)
      const stat = lstatSync(path, { throwIfNoEntry: false })
      if (!stat?.isFile() || stat.uid !== process.getuid?.()) return []
      return { path, bytes: stat.size, createdAt: stat.birthtime.toISOString() }
    })
}

/** The files in the directory that a process has mapped or opened, as far as it can be read. */
function filesOf(pid: string, directory: string): string[] {
  try {
    const maps = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')
    const mapped = maps.map((line) => line.slice(line.indexOf('/')))
    const opened = listIn(`/proc/${pid}/fd`).map((fd) => target(`/proc/${pid}/fd/${fd}`))
    return [...mapped, ...opened].filter((path) => path.startsWith(`${directory}/`))
  } catch {
    return []
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
