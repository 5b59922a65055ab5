import { hostname } from 'node:os'
import { SetupError } from '../../support/errors.ts'
import { system } from './system.ts'

/** Which process is meant, also after its pid was given to another one. */
export interface Identity {
  pid: number
  /** When it started, as the system puts it: compared, and never calculated with. */
  startTime: string
}

/** An identity that keeps its meaning beyond a reboot and outside this PID namespace. */
export interface OwnerIdentity extends Identity {
  bootId: string
  /** E.g. `pid:[4026531836]`: pids of another namespace mean nothing here. */
  pidNamespace: string
  /** Name of the machine: a directory on a shared disk may hold the runs of others. */
  host: string
}

/** An identity as a key of maps and sets. */
export function nameOf({ pid, startTime }: Identity): string {
  return `${pid} ${startTime}`
}

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
