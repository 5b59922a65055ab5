import { hostname } from 'node:os'
import { bootId, isSameProcessAlive, type OwnerIdentity, pidNamespace } from './identity.ts'

/** `elsewhere`: the owner's pid belongs to another PID namespace or machine that shares the directory. */
export type OwnerState = 'alive' | 'dead' | 'elsewhere'

/** Whether the owner of a run lives. Only `dead` permits to touch what the run left. */
export function ownerState(owner: OwnerIdentity): OwnerState {
  if (owner.bootId !== bootId()) return owner.host === hostname() ? 'dead' : 'elsewhere'
  if (owner.pidNamespace !== pidNamespace()) return 'elsewhere'
  return isSameProcessAlive(owner) ? 'alive' : 'dead'
}
