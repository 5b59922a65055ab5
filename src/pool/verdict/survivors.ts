import { partKept } from '../../process/run/keptProcesses.ts'
import type { SweepResult } from '../../process/run/sweep.ts'
import { sweepMachine } from '../../process/run/sweepMachine.ts'
import { ageOf } from '../../process/system/identify.ts'
import { system } from '../../process/system/system.ts'
import { withDeadline } from '../../support/deadline.ts'
import { pollUntil } from '../../support/pollUntil.ts'
import { describeHolder, type LeaseRecord } from '../leasing/leaseLog.ts'
import type { Pool } from '../leasing/pool.ts'
import { KILL_MARGIN_MS, SWEEP_INTERVAL_MS, settle } from './killLoop.ts'
import { trace } from './orphans.ts'

/** For the end of a lease to arrive, which travels on a stream of its own. */
const LEASE_END_TIMEOUT_MS = 2_000

/**
 * Describes the processes that leases left alive; empty if there are none. Signals nothing, and names a process only if
 * it is certainly one of theirs: the verdict at the end of the run finds and ends all others.
 *
 * @throws DeadlineError if a worker does not end
 */
export async function survivorsOf(pool: Pool, leaseIds: readonly string[]): Promise<string> {
  const records = leaseIds.flatMap((id) => pool.leases.get(id) ?? [])
  await pollUntil({
    look: () => records.filter(({ endedAt }) => endedAt === undefined),
    isDone: (open) => open.length === 0,
    timeout: LEASE_END_TIMEOUT_MS,
    interval: SWEEP_INTERVAL_MS,
  })
  const workers = new Set(records.map(({ workerId }) => workerId))
  const timeout = pool.run.options.stopTimeout + KILL_MARGIN_MS
  await withDeadline(pool.ended(workers), timeout, 'the workers of this file to end')
  return describe(await settle(() => sweepFor(pool, records)), pool)
}

/** Sweeps for processes that are traced to these leases by more than their start time. */
async function sweepFor(pool: Pool, records: LeaseRecord[]): Promise<SweepResult> {
  const result = await sweepMachine({
    matches: (id) => id === pool.run.id,
    suspects: [],
    except: new Set([process.pid, ...pool.pids(), ...records.map(({ workerPid }) => workerPid)]),
  })
  const ours = new Set(records)
  const { found: unnamed } = partKept(system.table, result.found, pool.run.options.orphans.keep)
  const found = unnamed.filter((marked) => {
    const { leases, tracedBy } = trace(marked, ageOf(marked.startTime), pool.leases)
    return tracedBy !== 'time' && leases.some((lease) => ours.has(lease))
  })
  return { ...result, found }
}

function describe({ found }: SweepResult, pool: Pool): string {
  if (found.length === 0) return ''
  const lines = found.map((marked) => {
    const { leases } = trace(marked, ageOf(marked.startTime), pool.leases)
    const tests = leases.map(({ holder }) => describeHolder(holder)).join(' or ')
    return `  pid ${marked.pid} (${marked.command}), started by ${tests}`
  })
  return (
    `The Python of this file left ${found.length === 1 ? 'a process' : `${found.length} processes`} behind:\n${lines.join('\n')}\n` +
    'Still alive after the worker had ended. Stop every process before the test file ends.'
  )
}
