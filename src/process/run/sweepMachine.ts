import { system } from '../system/system.ts'
import { type SweepQuery, type SweepResult, sweep } from './sweep.ts'

/** Sweeps all processes of this machine for runs of this user. */
export function sweepMachine(query: Omit<SweepQuery, 'uid'>): Promise<SweepResult> {
  return sweep(system.table, { ...query, uid: ownUserId() })
}

/** User ID of this process. */
export function ownUserId(): number {
  return process.getuid?.() ?? 0
}
