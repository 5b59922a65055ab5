import { hostname } from 'node:os'
import { SetupError } from '../../support/errors.ts'
import type { Identity, OwnerIdentity } from './identity.ts'
import { system } from './system.ts'

/** Whether exactly this process is alive. */
export function isSameProcessAlive(identity: Identity): boolean {
  return system.table.lifeOf(identity) === 'alive'
}

/** Identity of this process, as a run directory records its owner. */
export function ownIdentity(): OwnerIdentity {
  const own = system.identityOf(process.pid)
  if (!own)
    throw new SetupError(
      'PLATFORM_UNSUPPORTED',
      `The system does not show this process (pid ${process.pid}), so processes cannot be identified. On Linux, mount /proc.`,
    )
  return { ...own, bootId: system.bootId(), pidNamespace: system.pidNamespace(), host: hostname() }
}

/** Milliseconds since a process with this start time started. */
export function ageOf(startTime: string): number {
  // The system hides it.
  if (startTime === '') return 0
  return Math.max(0, Math.round(Date.now() - system.startedAt(startTime)))
}
