import type { ProcessStat } from './stat.ts'

/** Why a process cannot be read. */
export type Absence = 'gone' | 'denied'

/** The processes of the machine. The sweep reads nothing else, so a test can show it every case with a fake table. */
export interface ProcessTable {
  /** All process IDs. If the system reads all processes at once, this call reads them. */
  pids(): number[]
  /** `undefined` if it is gone. */
  stat(pid: number): ProcessStat | undefined
  /** Values of variables of its environment, in the order of the names. */
  variables(pid: number, names: readonly string[]): (string | undefined)[] | Absence
  /** Its hard `RLIMIT_RSS` in bytes; `undefined` if it is unlimited, or if the system does not tell. */
  limit(pid: number): bigint | undefined | Absence
  /** Effective user ID; `undefined` if the system does not tell. */
  user(pid: number): number | undefined | 'gone'
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
