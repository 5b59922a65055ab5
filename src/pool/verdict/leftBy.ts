import { type Sighting, sweep } from '../../process/run/sweep.ts'
import { ageOf } from '../../process/system/identify.ts'
import { system } from '../../process/system/system.ts'
import { withDeadline } from '../../support/deadline.ts'
import { repeat } from '../../support/repeat.ts'
import { describeHolder, type LeaseRecord } from '../leasing/leases.ts'
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
export async function leftBy(pool: Pool, leaseIds: readonly string[]): Promise<string> {
  const records = leaseIds.flatMap((id) => pool.leases.get(id) ?? [])
  const ending = { timeout: END_TIMEOUT, pause: PAUSE }
  const open = () => records.filter(({ until }) => until === undefined)
  await repeat({ look: open, isDone: isEmpty<LeaseRecord>, ...ending })
  const workers = new Set(records.map(({ workerId }) => workerId))
  const patience = pool.run.options.stopTimeout + KILL_MARGIN
  await withDeadline(pool.ended(workers), patience, 'the workers of this file to end')
  const look = () => sightings(pool, records)
  return describe(await repeat({ look, isDone: isEmpty<Sighting>, timeout: SETTLE, pause: PAUSE }), pool)
}

async function sightings(pool: Pool, records: LeaseRecord[]): Promise<Sighting[]> {
  const { found } = await sweep(system.table, {
    matches: (id) => id === pool.run.directory.runId,
    except: new Set([process.pid, ...pool.pids(), ...records.map(({ workerPid }) => workerPid)]),
    limitArmed: true,
    uid: process.geteuid?.() ?? 0,
  })
  const ours = new Set(records)
  return found.filter((sighting) => {
    const { lessees, tracedBy } = trace(sighting, ageOf(sighting.startTime), pool.leases)
    return tracedBy !== 'time' && lessees.some((lessee) => ours.has(lessee))
  })
}

function describe(left: Sighting[], pool: Pool): string {
  if (isEmpty(left)) return ''
  const lines = left.map((sighting) => {
    const { lessees } = trace(sighting, ageOf(sighting.startTime), pool.leases)
    const whose = lessees.map(({ holder }) => describeHolder(holder)).join(' or ')
    return `  pid ${sighting.pid} (${sighting.command}), started by ${whose}`
  })
  return (
    `The Python of this file left ${left.length === 1 ? 'a process' : `${left.length} processes`} behind:\n${lines.join('\n')}\n` +
    'Still alive after the worker had ended. Stop what a file starts before it ends.'
  )
}

function isEmpty<T>(list: T[]): boolean {
  return list.length === 0
}
