import { hostname } from 'node:os'
import { isSameProcessAlive } from '../system/identify.ts'
import { system } from '../system/system.ts'
import type { RunRecord } from './runDirectory.ts'

/** `elsewhere`: the owner's pid belongs to another PID namespace or machine that shares the directory. */
export type OwnerState = 'alive' | 'dead' | 'elsewhere'

/** Whether the owner of a run lives. Only `dead` permits to touch what the run left. */
export function ownerState({ owner, startedAt }: Pick<RunRecord, 'owner' | 'startedAt'>): OwnerState {
  if (owner.bootId !== system.bootId()) {
    // Machines may share their name as well as the directory: what began after this boot began on another one.
    const before = owner.host === hostname() && Date.parse(startedAt) < system.bootedAt()
    return before ? 'dead' : 'elsewhere'
  }
  if (owner.pidNamespace !== system.pidNamespace()) return 'elsewhere'
  return isSameProcessAlive(owner) ? 'alive' : 'dead'
}
