import type { SignalOutcome } from '../../process/run/signal.ts'
import { type MarkedProcess, workerOfFork } from '../../process/run/sweep.ts'
import { ageOf } from '../../process/system/identify.ts'
import { type Identity, nameOf } from '../../process/system/identity.ts'
import type { ProcessTable } from '../../process/system/table.ts'
import type { LeaseLog } from '../leasing/leaseLog.ts'
import type { Orphan } from './verdict.ts'

/** Adds those of `processes` to `orphans` that it does not hold yet, each traced to its leases. */
export function recordOrphans(
  orphans: Orphan[],
  processes: readonly MarkedProcess[],
  leases: LeaseLog,
  survived: number,
): void {
  const known = new Set(orphans.map(nameOf))
  for (const marked of processes) {
    if (known.has(nameOf(marked))) continue
    const age = ageOf(marked.startTime)
    orphans.push({
      ...marked,
      age,
      survived,
      killed: false,
      refused: false,
      ...trace(marked, age, leases),
    })
  }
}

/** Notes which orphans are gone. One counts as ended only if its identity is gone. */
export function noteEnds(orphans: readonly Orphan[], table: ProcessTable): void {
  for (const orphan of orphans) orphan.killed = hasEnded(orphan, table)
}

/** Whether a process has ended. If the system hid it, only its pid is known. */
export function hasEnded(identity: Identity, table: ProcessTable): boolean {
  return identity.startTime === '' ? !table.exists(identity.pid) : table.lifeOf(identity) === 'ended'
}

/** Notes which orphans have refused a signal. */
export function noteRefusals(orphans: readonly Orphan[], outcomes: readonly SignalOutcome[]): void {
  const denied = new Set(outcomes.filter(({ outcome }) => outcome === 'denied').map(nameOf))
  for (const orphan of orphans) if (denied.has(nameOf(orphan))) orphan.refused = true
}

/**
 * Traces a process to the leases that may have started it: by the lease in its environment, else by the session of its
 * worker, else by the name that a fork of a worker has, else by its start time.
 *
 * @param age milliseconds since the process started
 */
export function trace(
  marked: MarkedProcess,
  age: number,
  leases: LeaseLog,
): Pick<Orphan, 'leases' | 'tracedBy'> {
  const byLease = marked.lease === undefined ? undefined : leases.get(marked.lease)
  if (byLease) return { leases: [byLease], tracedBy: 'lease' }
  const started = Date.now() - age
  const bySession = leases.openAt(started, marked.session)
  if (bySession.length > 0) return { leases: bySession, tracedBy: 'session' }
  const byName = leases.openAt(started).filter(({ workerId }) => workerId === workerOfFork(marked.name))
  if (byName.length > 0) return { leases: byName, tracedBy: 'session' }
  return { leases: leases.openAt(started), tracedBy: 'time' }
}
