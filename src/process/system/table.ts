import type { Identity } from './identity.ts'
import type { Limits } from './parseLimits.ts'
import type { ProcessStat } from './stat.ts'

/** Why a process cannot be read. */
export type Absence = 'gone' | 'denied'

/** Whether a process is alive. `unknown`: there is a process with its pid, but the system does not show which. */
export type Life = 'alive' | 'ended' | 'unknown'

/** The processes of the machine. The sweep reads nothing else, so a test can show it every case with a fake table. */
export interface ProcessTable {
  /** All process IDs. If the system reads all processes at once, this call reads them. */
  pids(): number[]
  /** `undefined` if it is gone, or if the system hides it. */
  stat(pid: number): ProcessStat | undefined
  /** Whether there is a process with this pid, even if the system hides it or it is a zombie. */
  exists(pid: number): boolean
  /** Whether exactly this process is alive now. */
  lifeOf(identity: Identity): Life
  /** Values of variables of its environment, in the order of the names. */
  variables(pid: number, names: readonly string[]): (string | undefined)[] | Absence
  /** Its hard resource limits; none if the system does not tell. */
  limits(pid: number): Limits | Absence
  /** ID of the user that started it, also if it is a program that becomes root; `undefined` if that cannot be read. */
  user(pid: number): number | undefined
  /** Arguments joined by spaces; empty if there are none. */
  command(pid: number): string
  /**
   * The path of the file that it executes; empty if it is gone, cannot be read, or if the system does not tell. Unlike
   * its name and its arguments, the process cannot choose it.
   */
  executable(pid: number): string
  /** Whether one start time is before another one. */
  isBefore(startTime: string, other: string): boolean
}
