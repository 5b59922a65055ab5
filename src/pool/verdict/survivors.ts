import { type MarkedProcess, sweep } from '../../process/run/sweep.ts'
import { ageOf } from '../../process/system/identify.ts'
import { system } from '../../process/system/system.ts'
import { withDeadline } from '../../support/deadline.ts'
import { repeat } from '../../support/pollUntil.ts'
import { describeHolder, type LeaseRecord } from '../leasing/leaseLog.ts'
import type { Pool } from '../leasing/pool.ts'
import { trace } from './verify.ts'

/** Milliseconds for the end of a lease to arrive, which travels on a stream of its own. */
const END_TIMEOUT = 2_000
/** Milliseconds on top of `stopTimeout` for a killed worker to be gone. */
const KILL_MARGIN = 3_000
/** Milliseconds that a process gets to notice that its worker is gone. */
const SETTLE = 1_000
const PAUSE = 25

/**
 * What leases left alive, in words; empty where that is nothing. Nothing is signalled, and only what is surely theirs
 * is told: the verdict at the end of the run finds the rest, and ends all of it.
 *
 * @throws DeadlineError where a worker does not end
 */
export async function survivorsOf(pool: Pool, leaseIds: readonly string[]): Promise<string> {
  const records = leaseIds.flatMap((id) => pool.leases.get(id) ?? [])
  const ending = { timeout: END_TIMEOUT, pause: PAUSE }
  const open = () => records.filter(({ endedAt }) => endedAt === undefined)
  await repeat({ look: open, isDone: isEmpty<LeaseRecord>, ...ending })
  const workers = new Set(records.map(({ workerId }) => workerId))
  const patience = pool.run.options.stopTimeout + KILL_MARGIN
  await withDeadline(pool.ended(workers), patience, 'the workers of this file to end')
  const look = () => marked(pool, records)
  return describe(await repeat({ look, isDone: isEmpty<MarkedProcess>, timeout: SETTLE, pause: PAUSE }), pool)
}

async function marked(pool: Pool, records: LeaseRecord[]): Promise<MarkedProcess[]> {
  const { found } = await sweep(system.table, {
    matches: (id) => id === pool.run.directory.runId,
    except: new Set([process.pid, ...pool.pids(), ...records.map(({ workerPid }) => workerPid)]),
    limitArmed: true,
    uid: process.geteuid?.() ?? 0,
  })
  const ours = new Set(records)
  return found.filter((marked) => {
    const { leases, tracedBy } = trace(marked, ageOf(marked.startTime), pool.leases)
    return tracedBy !== 'time' && leases.some((lease) => ours.has(lease))
  })
}

function describe(left: MarkedProcess[], pool: Pool): string {
  if (isEmpty(left)) return ''
  const lines = left.map((marked) => {
    const { leases } = trace(marked, ageOf(marked.startTime), pool.leases)
    const whose = leases.map(({ holder }) => describeHolder(holder)).join(' or ')
    return `  pid ${marked.pid} (${marked.command}), started by ${whose}`
  })
  return (
    `The Python of this file left ${left.length === 1 ? 'a process' : `${left.length} processes`} behind:\n${lines.join('\n')}\n` +
    'Still alive after the worker had ended. Stop what a file starts before it ends.'
  )
}

function isEmpty<T>(list: T[]): boolean {
  return list.length === 0
}
