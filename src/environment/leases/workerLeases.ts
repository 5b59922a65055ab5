import type { Holder } from '../../client/gen/vitest_python/v1/broker.ts'
import type { RunContext } from '../../client/lease/context.ts'
import { type Application, BrokerConnection, type Lease } from '../../client/lease/lease.ts'
import { closeSession, warmUp } from '../../client/session/sessionChannel.ts'
import { Leftovers } from './leftovers.ts'

/** The leases of this test process. */
export class WorkerLeases {
  readonly connection: BrokerConnection
  readonly #isolation: RunContext['isolation']
  readonly #leftovers: Leftovers
  /** For the next test, which has not asked yet. */
  #ahead: Application | undefined

  constructor(context: RunContext) {
    this.connection = new BrokerConnection(context)
    this.#isolation = context.isolation
    this.#leftovers = new Leftovers(this.connection)
  }

  /** Waits for a worker before a test asks for it; a failure is left for the test to meet. */
  async prefetch(file: string): Promise<void> {
    if (!this.#ahead) this.#keep(this.connection.acquireSoon({ file, test: '' }))
    await this.#ahead?.answer.catch(() => {})
  }

  /** The worker that was leased ahead, else another one. Meanwhile the next one is made ready. */
  async take(holder: Holder): Promise<Lease> {
    this.#leftovers.expect()
    const ahead = this.#ahead
    this.#ahead = undefined
    const lease = await (ahead ? ahead.claim(holder) : this.connection.acquire(holder))
    this.#leftovers.note(lease.leaseId)
    // Where a worker serves many tests, the next one has this one again.
    if (this.#isolation === 'test' && !this.#ahead) this.#keepNext(holder.file)
    return lease
  }

  #keepNext(file: string): void {
    const next = this.connection.acquireAhead({ file, test: '' })
    this.#keep(next)
    // The test that needs one asks anew, and meets what is the case then.
    next.answer.catch(() => {
      if (this.#ahead === next) this.#ahead = undefined
    })
  }

  /** Gives back what was leased ahead and never taken. */
  async releasePrefetched(): Promise<void> {
    const ahead = this.#ahead
    this.#ahead = undefined
    ahead?.giveUp()
    const lease = await ahead?.answer.catch(() => undefined)
    if (lease) closeSession(lease)
  }

  /** Keeps it until it is taken, or until others need it more. */
  #keep(application: Application): void {
    this.#ahead = application
    const drop = () => {
      if (this.#ahead === application) void this.releasePrefetched()
    }
    application.answer.then(
      (lease) => {
        if (this.#ahead !== application) return
        warmUp(lease)
        void lease.recalled.then(drop)
        void lease.lost.then(drop)
      },
      () => {},
    )
  }
}

const byRun = new Map<string, WorkerLeases>()

/** The leases of this process in a run. */
export function leasesOf(context: RunContext): WorkerLeases {
  const leases = byRun.get(context.runId) ?? new WorkerLeases(context)
  byRun.set(context.runId, leases)
  return leases
}
