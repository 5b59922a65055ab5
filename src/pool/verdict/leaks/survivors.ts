import type { SurvivorsRequest } from '../../../client/gen/vitest_python/v1/broker.ts'
import { partKept } from '../../../process/run/keptProcesses.ts'
import { type MarkedProcess, type SweepResult, workerOfFork } from '../../../process/run/sweep.ts'
import { sweepMachine, sweepMembers } from '../../../process/run/sweepMachine.ts'
import { ageOf } from '../../../process/system/identify.ts'
import { system } from '../../../process/system/system.ts'
import { withDeadline } from '../../../support/deadline.ts'
import { pollUntil } from '../../../support/pollUntil.ts'
import type { LeaseLog, LeaseRecord } from '../../leasing/leaseLog.ts'
import type { Pool } from '../../leasing/pool.ts'
import { KILL_MARGIN_MS, SWEEP_INTERVAL_MS, settle } from '../killLoop.ts'
import { trace } from '../orphans.ts'
import { livingPids, ownPids, straysOf } from './strays.ts'

/** For the end of a lease to arrive, which travels on a stream of its own. */
const LEASE_END_TIMEOUT_MS = 2_000

/** A process that has outlived its worker, and the one lease that it belongs to. */
export interface Survivor {
  readonly process: MarkedProcess
  readonly lease: LeaseRecord
}

/**
 * Finds the processes that leases left alive. Signals nothing, and names a process only if it is certainly one of theirs:
 * the verdict at the end of the run finds and ends all others.
 *
 * @throws DeadlineError if a worker does not end
 */
export async function survivorsOf(pool: Pool, request: SurvivorsRequest): Promise<Survivor[]> {
  const { leaseIds, children, adopted, unlisted } = request
  // The processes of a node are named at its end, when it is swept.
  if (pool.run.options.cluster) return []
  const ours = new Set(ownPids(pool))
  if (!unlisted && children.length === 0 && adopted.every((pid) => ours.has(pid))) return []
  const records = leaseIds.flatMap((id) => pool.leases.get(id) ?? [])
  await pollUntil({
    look: () => records.filter(({ endedAt }) => endedAt === undefined),
    isDone: (open) => open.length === 0,
    timeout: LEASE_END_TIMEOUT_MS,
    interval: SWEEP_INTERVAL_MS,
  })
  const workers = new Set(records.map(({ workerId }) => workerId))
  const timeout = pool.run.options.stopTimeout + KILL_MARGIN_MS
  await withDeadline(pool.ended(workers), timeout, 'the workers of this test to end')
  const left = await settle(async () => {
    const everything = await look(pool, records, unlisted)
    const { found } = partKept(system.table, everything.found, pool.run.options.orphans.keep)
    return partSurvivors(found, records, (marked) => ownerOf(marked, pool.leases, new Set(children), records))
  })
  return left.found
}

/** Parts the processes that certainly belong to these leases from those that must be looked at again. */
export function partSurvivors(
  processes: readonly MarkedProcess[],
  records: readonly LeaseRecord[],
  owner: (marked: MarkedProcess) => LeaseRecord | undefined,
): { found: Survivor[]; vanished: number } {
  const parted = { found: [] as Survivor[], vanished: 0 }
  for (const process of processes) {
    const lease = owner(process)
    if (lease && records.includes(lease)) parted.found.push({ process, lease })
    if (!lease && mayBeExecuting(process)) parted.vanished += 1
  }
  return parted
}

/** While a process begins to execute a program, Linux shows its environment as empty. Soon, it names the lease. */
function mayBeExecuting(marked: MarkedProcess): boolean {
  return marked.lease === undefined && !showsRun(marked)
}

/** The processes that may be survivors of these leases. */
function look(pool: Pool, records: readonly LeaseRecord[], unlisted: boolean): Promise<SweepResult> {
  if (!unlisted) return sweepMembers(pool.run.id, straysOf(pool))
  // A worker that is starting is none that these leases have left.
  const except = livingPids(pool)
  for (const { workerPid } of records) except.add(workerPid)
  return sweepMachine({ matches: (id) => id === pool.run.id, suspects: [], except })
}

/**
 * The lease that a process certainly belongs to; `undefined` if it may belong to another one, too.
 *
 * @param children processes that were seen as children of a worker of `records`
 */
export function ownerOf(
  marked: MarkedProcess,
  leases: LeaseLog,
  children: ReadonlySet<number> = new Set(),
  records: readonly LeaseRecord[] = [],
): LeaseRecord | undefined {
  if (children.has(marked.pid)) return records[0]
  const age = ageOf(marked.startTime)
  const { leases: traced, tracedBy } = trace(marked, age, leases)
  // Its worker has ended its lease already, so the process may be a child of one that it has left.
  const ofWorker = tracedBy === 'time' ? leases.ofWorker(marked.session, workerOfFork(marked.name)) : []
  if (ofWorker.length > 0) return ofWorker.length === 1 ? ofWorker[0] : undefined
  // Its environment would name the lease, if a worker had started it during one. It may come from an import.
  if (tracedBy === 'time' && showsRun(marked)) return undefined
  const candidates = tracedBy === 'time' ? leases.aliveAt(Date.now() - age) : traced
  return candidates.length === 1 ? candidates[0] : undefined
}

function showsRun({ cookie }: MarkedProcess): boolean {
  return cookie === 'environment' || cookie === 'both'
}
