import { readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'

/** A control group (cgroup v2) that holds every process of a run except the reaper. */
export interface ControlGroup {
  /** Process IDs of its members. */
  members(): ReadonlySet<number>
  /** Removes the group. Returns `false` if it has members, so `true` proves that it is empty. */
  remove(): boolean
}

/** The control group in this directory. */
export function controlGroup(path: string): ControlGroup {
  return {
    members() {
      try {
        return new Set(
          readFileSync(join(path, 'cgroup.procs'), 'latin1').split('\n').map(Number).filter(Boolean),
        )
      } catch {
        return new Set()
      }
    },
    remove() {
      try {
        rmdirSync(path)
      } catch (error) {
        return (error as NodeJS.ErrnoException).code === 'ENOENT'
      }
      return true
    },
  }
}
