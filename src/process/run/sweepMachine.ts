import { system } from '../system/system.ts'
import { type Member, type SweepQuery, type SweepResult, sweep } from './sweep.ts'

/** Sweeps all processes of this machine for runs of this user. */
export function sweepMachine(query: Omit<SweepQuery, 'uid'>): Promise<SweepResult> {
  return sweep(system.table, { ...query, uid: ownUserId() })
}

/** Looks at these processes only. They count to the run, with or without a mark. */
export function sweepMembers(runId: string, pids: readonly number[]): Promise<SweepResult> {
  const table = { ...system.table, pids: () => [] }
  const members = new Map(pids.map((pid): [number, Member] => [pid, { runId, how: 'descent' }]))
  return sweep(table, { matches: (id) => id === runId, members, suspects: [], uid: ownUserId() })
}

/** User ID of this process. */
export function ownUserId(): number {
  return process.getuid?.() ?? 0
}
