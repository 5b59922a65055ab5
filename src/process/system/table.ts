import type { ProcessStat } from './stat.ts'

/** Why there is nothing to be read of a process. */
export type Absence = 'gone' | 'denied'

/** The processes of the machine. The sweep judges what it reads here, so that a fake table shows it every case. */
export interface ProcessTable {
  /** Process IDs; where all processes are read at once, this is when. */
  pids(): number[]
  /** `undefined` where it is gone. */
  stat(pid: number): ProcessStat | undefined
  /** Values of variables of its environment, in the order of the names. */
  variables(pid: number, names: readonly string[]): (string | undefined)[] | Absence
  /** Its hard `RLIMIT_RSS` in bytes; `undefined` where it is unlimited, or nobody can tell. */
  limit(pid: number): bigint | undefined | Absence
  /** Effective user ID; `undefined` where nobody can tell. */
  user(pid: number): number | undefined | 'gone'
  /** Arguments joined by spaces; empty where there are none. */
  command(pid: number): string
  /** Whether one start time lies before another one. */
  isBefore(startTime: string, other: string): boolean
}
