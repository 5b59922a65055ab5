import type { MarkedProcess } from '../../process/run/sweep.ts'
import { ageOf } from '../../process/system/identify.ts'
import { type Identity, nameOf } from '../../process/system/identity.ts'
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
    orphans.push({ ...marked, age, survived, killed: false, ...trace(marked, age, leases) })
  }
}

/**
 * Traces a process to the leases that may have started it: by the lease in its environment, else by the session of its
 * worker, else by its start time.
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
  return { leases: leases.openAt(started), tracedBy: 'time' }
}

/** A process that the reaper found and killed before it could be read. */
export function unreadProcess({ pid, startTime }: Identity, runId: string): MarkedProcess {
  return {
    pid,
    startTime,
    runId,
    name: '?',
    state: '?',
    parent: 0,
    session: 0,
    threads: 1,
    lease: undefined,
    directory: undefined,
    cookie: 'descent',
    command: 'gone before it could be looked at',
  }
}
