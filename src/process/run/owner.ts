import { hostname } from 'node:os'
import { system } from '../system/system.ts'
import type { RunRecord } from './runDirectory.ts'

/**
 * `elsewhere`: the owner runs in another PID namespace, or on another machine that shares the directory.
 * `unknown`: there is a process with its pid, but the system does not show which.
 */
export type OwnerState = 'alive' | 'dead' | 'elsewhere' | 'unknown'

/** Whether the owner of a run is alive. Only if it is `dead` may the survivors of the run be touched. */
export function ownerState({ owner, startedAt }: Pick<RunRecord, 'owner' | 'startedAt'>): OwnerState {
  if (owner.bootId !== system.bootId()) {
    // Machines may share their name as well as the directory. A run that began after this boot, under another boot ID,
    // began on another machine.
    const before = owner.host === hostname() && Date.parse(startedAt) < system.bootedAt()
    return before ? 'dead' : 'elsewhere'
  }
  if (owner.pidNamespace !== system.pidNamespace()) return 'elsewhere'
  const life = system.table.lifeOf(owner)
  return life === 'ended' ? 'dead' : life
}
