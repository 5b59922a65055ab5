import type { KeptProcess } from '../../process/run/keptProcesses.ts'
import type { MarkedProcess, Unreadable } from '../../process/run/sweep.ts'
import type { LeaseRecord } from '../leasing/leaseLog.ts'

/** A process of the run that was alive after the pool had stopped. */
export interface Orphan extends MarkedProcess {
  /** The node of a cluster that it was on; absent if that is this machine. */
  node?: string
  /** Milliseconds since it started. */
  age: number
  /** Milliseconds that it was alive after the pool had stopped, until a sweep found it. */
  survived: number
  /** The leases that it is traced to: one, or, if only its start time is known, each that was open then. */
  leases: LeaseRecord[]
  /** By the lease in its environment, by its worker (its session, or the name of a fork), or by its start time. */
  tracedBy: 'lease' | 'session' | 'time'
  /** Whether its identity is gone by the end of the verification. */
  killed: boolean
  /** Whether the system refused to signal it (EPERM), as it does if it runs as another user. */
  refused: boolean
}

/** The facts that the verdict is based on. */
export interface Findings {
  runId: string
  orphans: Orphan[]
  unknown: Unreadable[]
  /** Processes that are alive and that the option `orphans.keep` names. */
  kept: KeptProcess[]
  /** Other reasons why the run is not proven clean: the reaper died, a step of the stop failed. */
  problems: string[]
  /** Clean sweeps in a row at the end. */
  cleanSweeps: number
  /** Number of processes that the last sweep looked at. */
  looked: number
  workersStarted: number
  /** The nodes of a cluster that were swept, for the user. */
  nodes?: readonly string[]
  /** The interpreter, for example `Python 3.11.7 (/usr/bin/python3)`; `undefined` if none was started. */
  python?: string
  /** Durations in milliseconds. */
  stopping: number
  sweeping: number
}

export type Verdict = 'clean' | 'orphans' | 'unknown'

/** Clean sweeps in a row that prove a run clean. One is not enough: a process can be born behind its back. */
export const SWEEPS_FOR_PROOF = 2

/** Judges the findings. A run that is not proven clean is not clean. */
export function judge({ orphans, unknown, problems, cleanSweeps }: Findings): Verdict {
  if (orphans.length > 0) return 'orphans'
  if (unknown.length > 0 || problems.length > 0 || cleanSweeps < SWEEPS_FOR_PROOF) return 'unknown'
  return 'clean'
}

/** Whether the run must fail. `warn` forgives orphans that have been killed, and nothing else. */
export function mustFail(findings: Findings, orphans: 'fail' | 'warn'): boolean {
  const verdict = judge(findings)
  if (verdict !== 'orphans' || orphans === 'fail') return verdict !== 'clean'
  return judge({ ...findings, orphans: findings.orphans.filter(({ killed }) => !killed) }) !== 'clean'
}
