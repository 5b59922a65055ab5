import type { Holder } from '../client/gen/vitest_python/v1/broker.ts'

/** A lease as it is remembered after its end, so that what it left behind can be traced to it. */
export interface LeaseRecord {
  readonly id: string
  readonly workerId: string
  readonly workerPid: number
  holder: Holder
  /** Milliseconds since the epoch. */
  readonly from: number
  until: number | undefined
}

/** Leases that are remembered; a leak is almost always a recent test's. */
const REMEMBERED = 10_000

/** Who held which worker when. */
export class LeaseBook {
  readonly #records = new Map<string, LeaseRecord>()
  granted = 0

  open(workerId: string, workerPid: number, holder: Holder): LeaseRecord {
    const record = {
      id: `l${++this.granted}`,
      workerId,
      workerPid,
      holder,
      from: Date.now(),
      until: undefined,
    }
    this.#records.set(record.id, record)
    const oldest = this.#records.keys().next().value
    if (this.#records.size > REMEMBERED && oldest !== undefined) this.#records.delete(oldest)
    return record
  }

  close(record: LeaseRecord): void {
    record.until = Date.now()
  }

  get(id: string): LeaseRecord | undefined {
    return this.#records.get(id)
  }

  /** The only lease that was open at this time; `undefined` where there were several or none. */
  onlyOneAt(time: number): LeaseRecord | undefined {
    const open = [...this.#records.values()].filter(
      ({ from, until }) => from <= time + TICK && time - TICK <= (until ?? Number.POSITIVE_INFINITY),
    )
    return open.length === 1 ? open[0] : undefined
  }
}

/** Start times of processes are known to 10 ms. */
const TICK = 10

/** "serves files" (test/server.test.ts), or the file alone. */
export function describeHolder({ file, test }: Holder): string {
  if (test === '') return file === '' ? 'an unnamed lease' : file
  return file === '' ? `"${test}"` : `"${test}" (${file})`
}
