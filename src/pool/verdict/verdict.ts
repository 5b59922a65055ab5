import type { MarkedProcess, Unreadable } from '../../process/run/sweep.ts'
import type { LeaseRecord } from '../leasing/leaseLog.ts'

/** A process of the run that was alive after the pool had stopped. */
export interface Orphan extends MarkedProcess {
  /** Milliseconds since it started. */
  age: number
  /** Milliseconds that it outlived the stop of the pool before it was accused. */
  survived: number
  /** The leases that it is traced to: one, or where only the time tells, each that was open when it started. */
  leases: LeaseRecord[]
  /** How: by the lease in its environment, by the session of its worker, or by its start time. */
  tracedBy: 'lease' | 'session' | 'time'
  /** Whether it is gone now. */
  killed: boolean
}

/** What teardown found out. */
export interface Findings {
  runId: string
  orphans: Orphan[]
  unknown: Unreadable[]
  /** Other reasons why cleanness is not proven: the reaper died, a step of the stop failed. */
  problems: string[]
  /** Clean sweeps in a row at the end. */
  cleanSweeps: number
  /** Processes looked at by the last sweep. */
  looked: number
  workersStarted: number
  /** Durations in milliseconds. */
  stopping: number
  sweeping: number
}

export type Verdict = 'clean' | 'orphans' | 'unknown'

/** Two sweeps, because a process can be born behind the back of one. */
const SWEEPS_FOR_PROOF = 2

/** Judges what was found. Whatever is not proven clean is not clean. */
export function judge({ orphans, unknown, problems, cleanSweeps }: Findings): Verdict {
  if (orphans.length > 0) return 'orphans'
  if (unknown.length > 0 || problems.length > 0 || cleanSweeps < SWEEPS_FOR_PROOF) return 'unknown'
  return 'clean'
}

/** Whether the run must exit non-zero. `warn` forgives orphans that are dead now, and nothing else. */
export function mustFail(findings: Findings, orphans: 'fail' | 'warn'): boolean {
  const verdict = judge(findings)
  if (verdict !== 'orphans' || orphans === 'fail') return verdict !== 'clean'
  return judge({ ...findings, orphans: findings.orphans.filter(({ killed }) => !killed) }) !== 'clean'
}
