import { system } from '../system/system.ts'
import { type SweepQuery, type SweepResult, sweep } from './sweep.ts'

/** Sweeps all processes of this machine for runs of this user whose reaper was armed. */
export function sweepMachine(query: Pick<SweepQuery, 'matches' | 'except'>): Promise<SweepResult> {
  return sweep(system.table, { ...query, limitArmed: true, uid: ownUserId() })
}

/** Effective user ID of this process. */
export function ownUserId(): number {
  return process.geteuid?.() ?? 0
}
