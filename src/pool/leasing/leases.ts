import type { Holder } from '../../client/gen/vitest_python/v1/broker.ts'

/** A lease as it is remembered after its end, so that what it left behind can be traced to it. */
export interface LeaseRecord {
  readonly id: string
  readonly workerId: string
  readonly workerPid: number
  holder: Holder
  /** When the worker was granted. Milliseconds since the epoch, as the others. */
  readonly from: number
  /** When a test took it; `undefined` while it only waits for one. */
  taken: number | undefined
  until: number | undefined
}

/** Leases that are remembered; a leak is almost always a recent test's. */
const REMEMBERED = 10_000

/** Who held which worker when. */
export class LeaseBook {
  readonly #records = new Map<string, LeaseRecord>()
  /** Leases that a test took. */
  taken = 0
  #opened = 0

  open(workerId: string, workerPid: number, holder: Holder, from = Date.now()): LeaseRecord {
    const record: LeaseRecord = {
      id: `l${++this.#opened}`,
      workerId,
      workerPid,
      holder,
      from,
      taken: undefined,
      until: undefined,
    }
    this.#records.set(record.id, record)
    const oldest = this.#records.keys().next().value
    if (this.#records.size > REMEMBERED && oldest !== undefined) this.#records.delete(oldest)
    return record
  }

  /** From now on it is this test's. */
  take(record: LeaseRecord, holder: Holder, at = Date.now()): void {
    record.holder = holder
    if (record.taken !== undefined) return
    record.taken = at
    this.taken += 1
  }

  close(record: LeaseRecord, at = Date.now()): void {
    record.until = at
  }

  get(id: string): LeaseRecord | undefined {
    return this.#records.get(id)
  }

  /**
   * The leases that a test had at this time (milliseconds since the epoch), of one worker or of all. What is a worker's
   * own can be of no other lease, so there those count, too, that were held ahead.
   */
  openAt(time: number, workerPid?: number): LeaseRecord[] {
    return [...this.#records.values()].filter(({ from, taken, until, workerPid: pid }) => {
      if (taken === undefined || (workerPid !== undefined && pid !== workerPid)) return false
      const begin = workerPid === undefined ? Math.max(from, taken) : from
      return begin <= time + TICK && time - TICK <= (until ?? Number.POSITIVE_INFINITY)
    })
  }
}

/** Start times of processes are known to 10 ms. */
const TICK = 10

/** "serves files" (test/server.test.ts), or the file alone. */
export function describeHolder({ file, test }: Holder): string {
  if (test === '') return file === '' ? 'an unnamed lease' : file
  return file === '' ? `"${test}"` : `"${test}" (${file})`
}
