import { readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A control group (cgroup v2) that holds every process of a run except the reaper. */
export interface ControlGroup {
  /** Process IDs of its members. */
  members(): ReadonlySet<number>
  /** Moves members to the group in which this one was made, so that they can outlive it. */
  release(pids: readonly number[]): void
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
    release(pids) {
      const members = this.members()
      for (const pid of pids) {
        try {
          if (members.has(pid)) writeFileSync(join(dirname(path), 'cgroup.procs'), `${pid}`)
        } catch {
          // It has ended, or we may not move it: then the group cannot be removed.
        }
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
