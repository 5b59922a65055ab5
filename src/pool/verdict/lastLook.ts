import { controlGroup } from '../../process/run/controlGroup.ts'
import { partKept } from '../../process/run/keptProcesses.ts'
import {
  type MarkedProcess,
  type Member,
  type Membership,
  sweep,
  type Unreadable,
} from '../../process/run/sweep.ts'
import { ownUserId } from '../../process/run/sweepMachine.ts'
import { nameOf } from '../../process/system/identity.ts'
import { system } from '../../process/system/system.ts'
import { withDeadline } from '../../support/deadline.ts'
import type { LeaseRecord } from '../leasing/leaseLog.ts'
import type { Pool } from '../leasing/pool.ts'
import type { ArmedPython } from '../python/runtime.ts'
import { KILL_MARGIN_MS, settle } from './killLoop.ts'
import { livingPids, straysOf } from './leaks/strays.ts'
import { ownerOf } from './leaks/survivors.ts'

/** The processes that a run has left so far. Its pool is still open, so the verdict may find more. */
export interface RunLeftovers {
  /** Each with the one lease that it belongs to; `undefined` if that is not certain. */
  readonly processes: readonly { readonly process: MarkedProcess; readonly lease: LeaseRecord | undefined }[]
  readonly unknown: readonly Unreadable[]
}

const NOTHING: RunLeftovers = { processes: [], unknown: [] }

/**
 * Looks for survivors when the tests have ended, and before the reporters close. Signals nothing. It skips the processes
 * of workers that go on, and those that have been named before.
 *
 * @param isLast whether no more tests will come, so that the workers that no test uses can be ended first
 */
export async function lookAtLast(pool: Pool, isLast: boolean): Promise<RunLeftovers> {
  const { state } = pool.runtime
  if (state.phase !== 'armed') return NOTHING
  if (isLast) pool.rest()
  const timeout = pool.run.options.stopTimeout + KILL_MARGIN_MS
  // If a worker does not end, the verdict says so.
  await withDeadline(pool.ended(), timeout, 'the workers to end').catch(() => {})
  const left = await settle(() => lookBeside(pool, state))
  const processes = left.found.map((process) => ({ process, lease: ownerOf(process, pool.leases) }))
  for (const { process } of processes) pool.named.add(nameOf(process))
  return { processes, unknown: left.unknown }
}

/** Looks for processes of the run beside those that belong there as long as it lasts. */
async function lookBeside(pool: Pool, { reaper }: ArmedPython) {
  const { armed } = reaper
  const cgroup = armed.cgroup === null ? undefined : controlGroup(armed.cgroup)
  const runId = pool.run.id
  const entry = (how: Membership) => (pid: number) => [pid, { runId, how }] as const
  const members = new Map<number, Member>([
    ...straysOf(pool).map(entry('descent')),
    ...[...(cgroup?.members() ?? [])].map(entry('cgroup')),
  ])
  const result = await sweep(system.table, {
    matches: (id) => id === runId,
    members,
    suspects: [{ runId, limits: armed.limits }],
    except: livingPids(pool),
    notBefore: armed.startTime,
    uid: ownUserId(),
  })
  const { found } = partKept(system.table, result.found, pool.run.options.orphans.keep)
  const unnamed = found.filter((marked) => !pool.named.has(nameOf(marked)))
  return { found: unnamed, vanished: 0, unknown: result.unknown }
}
