import type { Holder } from '../client/gen/vitest_python/v1/broker.ts'

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

  open(workerId: string, workerPid: number, holder: Holder): LeaseRecord {
    const record: LeaseRecord = {
      id: `l${++this.#opened}`,
      workerId,
      workerPid,
      holder,
      from: Date.now(),
      taken: undefined,
      until: undefined,
    }
    this.#records.set(record.id, record)
    const oldest = this.#records.keys().next().value
    if (this.#records.size > REMEMBERED && oldest !== undefined) this.#records.delete(oldest)
    return record
  }

  /** From now on it is this test's. */
  take(record: LeaseRecord, holder: Holder): void {
    record.holder = holder
    if (record.taken !== undefined) return
    record.taken = Date.now()
    this.taken += 1
  }

  close(record: LeaseRecord): void {
    record.until = Date.now()
  }

  get(id: string): LeaseRecord | undefined {
    return this.#records.get(id)
  }

  /** The leases that were open at this time (milliseconds since the epoch), of one worker or of all. */
  openAt(time: number, workerPid?: number): LeaseRecord[] {
    const open = [...this.#records.values()].filter(
      ({ from, taken, until, workerPid: pid }) =>
        taken !== undefined &&
        (workerPid === undefined || pid === workerPid) &&
        from <= time + TICK &&
        time - TICK <= (until ?? Number.POSITIVE_INFINITY),
    )
    // What is the worker's own can be of no other lease. Else those count whose test had begun; but that we hear of
    // late where this process is busy, so that where there is none, those count that were held ahead, too.
    const begun = workerPid === undefined ? open.filter(({ taken }) => (taken ?? time) <= time + TICK) : open
    return begun.length > 0 ? begun : open
  }
}

/** Start times of processes are known to 10 ms. */
const TICK = 10

/** "serves files" (test/server.test.ts), or the file alone. */
export function describeHolder({ file, test }: Holder): string {
  if (test === '') return file === '' ? 'an unnamed lease' : file
  return file === '' ? `"${test}"` : `"${test}" (${file})`
}
