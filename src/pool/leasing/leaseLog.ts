import type { LeaseUsage } from '../../client/events/runEvents.ts'
import type { Holder } from '../../client/gen/vitest_python/v1/broker.ts'
import { safeText } from '../../support/text/safeText.ts'

/** A lease. It is remembered after its end, so that a process that it left behind can be traced to it. */
export interface LeaseRecord {
  readonly id: string
  readonly workerId: string
  readonly workerPid: number
  holder: Holder
  /** When the worker was granted. All times are milliseconds since the epoch. */
  readonly grantedAt: number
  /** When a test took it; `undefined` while it only waits for one. */
  takenAt: number | undefined
  endedAt: number | undefined
  /** When its worker ended. */
  workerEndedAt?: number | undefined
  /** The report of the test process at its end. */
  usage?: LeaseUsage | undefined
}

/** The history of a lease. */
export type LeaseChange = 'granted' | 'taken' | 'closed'

/** Leases that are remembered. A leak is almost always a recent test's. */
const MAX_REMEMBERED = 10_000

/** Linux tells start times of processes to 10 ms. */
const TICK_MS = 10

/** Which test held which worker when. */
export class LeaseLog {
  readonly #records = new Map<string, LeaseRecord>()
  /** The remembered leases of each worker that has not ended, in the order of their grants. */
  readonly #ofLiving = new Map<string, LeaseRecord[]>()
  #taken = 0
  #opened = 0
  #notify: (change: LeaseChange, record: LeaseRecord, at: number) => void = () => {}

  /** How many leases a test took. */
  get taken(): number {
    return this.#taken
  }

  /** Calls `listener` with each change from now on. */
  observe(listener: (change: LeaseChange, record: LeaseRecord, at: number) => void): void {
    this.#notify = listener
  }

  open(workerId: string, workerPid: number, holder: Holder, grantedAt = Date.now()): LeaseRecord {
    const record: LeaseRecord = {
      id: `l${++this.#opened}`,
      workerId,
      workerPid,
      holder,
      grantedAt,
      takenAt: undefined,
      endedAt: undefined,
    }
    this.#records.set(record.id, record)
    const own = this.#ofLiving.get(workerId)
    if (own) own.push(record)
    else this.#ofLiving.set(workerId, [record])
    const oldest = this.#records.values().next().value
    if (this.#records.size > MAX_REMEMBERED && oldest) this.#forget(oldest)
    this.#notify('granted', record, grantedAt)
    return record
  }

  /** The lease is this test's from now on. */
  take(record: LeaseRecord, holder: Holder, at = Date.now()): void {
    record.holder = holder
    if (record.takenAt !== undefined) return
    record.takenAt = at
    this.#taken += 1
    this.#notify('taken', record, at)
  }

  close(record: LeaseRecord, at = Date.now()): void {
    record.endedAt = at
    this.#notify('closed', record, at)
    // It can be long, and the log remembers many leases.
    record.usage = undefined
  }

  /** A worker has ended, and can start no more processes. */
  noteWorkerEnd(workerId: string, at: number): void {
    for (const record of this.#ofLiving.get(workerId) ?? []) record.workerEndedAt = at
    this.#ofLiving.delete(workerId)
  }

  /** The leases whose worker may have started a process at this time (milliseconds since the epoch). */
  aliveAt(time: number): LeaseRecord[] {
    return [...this.#records.values()].filter(({ takenAt, grantedAt, workerEndedAt }) => {
      if (takenAt === undefined) return false
      return grantedAt <= time + TICK_MS && time - TICK_MS <= (workerEndedAt ?? Number.POSITIVE_INFINITY)
    })
  }

  /** The leases of a worker that tests took, by its pid or its ID. */
  ofWorker(pid: number, id: string | undefined): LeaseRecord[] {
    return [...this.#records.values()].filter(
      ({ takenAt, workerPid, workerId }) => takenAt !== undefined && (workerPid === pid || workerId === id),
    )
  }

  /** The leases that tests took. */
  takenLeases(): LeaseRecord[] {
    return [...this.#records.values()].filter(({ takenAt }) => takenAt !== undefined)
  }

  get(id: string): LeaseRecord | undefined {
    return this.#records.get(id)
  }

  /**
   * The leases that a test held at this time (milliseconds since the epoch), of one worker or of all. A process of one
   * worker cannot belong to another worker's lease, so with `workerPid` the time as a prefetched worker counts as well.
   */
  openAt(time: number, workerPid?: number): LeaseRecord[] {
    return [...this.#records.values()].filter((record) => {
      if (record.takenAt === undefined || (workerPid !== undefined && record.workerPid !== workerPid))
        return false
      const begin = workerPid === undefined ? Math.max(record.grantedAt, record.takenAt) : record.grantedAt
      return begin <= time + TICK_MS && time - TICK_MS <= (record.endedAt ?? Number.POSITIVE_INFINITY)
    })
  }

  #forget({ id, workerId }: LeaseRecord): void {
    this.#records.delete(id)
    const own = this.#ofLiving.get(workerId)
    own?.shift()
    if (own?.length === 0) this.#ofLiving.delete(workerId)
  }
}

/** "serves files" (test/server.test.ts), or the file alone. */
export function describeHolder(holder: Holder): string {
  const [file, test] = [safeText(holder.file), safeText(holder.test)]
  if (test === '') return file === '' ? 'an unnamed lease' : file
  return file === '' ? `"${test}"` : `"${test}" (${file})`
}
