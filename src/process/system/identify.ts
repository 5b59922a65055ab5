import { hostname } from 'node:os'
import { SetupError } from '../../support/errors.ts'
import type { Identity, OwnerIdentity } from './identity.ts'
import { system } from './system.ts'

/** Whether exactly this process is alive. */
export function isSameProcessAlive(identity: Identity): boolean {
  return system.identityOf(identity.pid)?.startTime === identity.startTime
}

/** Identity of this process, as a run directory records its owner. */
export function ownIdentity(): OwnerIdentity {
  const own = system.identityOf(process.pid)
  if (!own)
    throw new SetupError(
      'PLATFORM_UNSUPPORTED',
      `The system does not show process ${process.pid}, this one, so no process can be told from another. On Linux, /proc has to be mounted.`,
    )
  return { ...own, bootId: system.bootId(), pidNamespace: system.pidNamespace(), host: hostname() }
}

/** Milliseconds since a process of that start time started. */
export function ageOf(startTime: string): number {
  return Math.max(0, Math.round(Date.now() - system.startedAt(startTime)))
}
