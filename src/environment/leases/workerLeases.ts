import type { Holder } from '../../client/gen/vitest_python/v1/broker.ts'
import { BrokerConnection } from '../../client/lease/brokerConnection.ts'
import type { RunContext } from '../../client/lease/context.ts'
import type { Lease } from '../../client/lease/lease.ts'
import type { PendingLease } from '../../client/lease/pendingLease.ts'
import { closeSession, warmUp } from '../../client/session/sessionChannel.ts'
import { outside } from '../../support/outside.ts'
import { Postponed } from '../../support/postponed.ts'

/** Opens and closes the session of a lease before a test has taken it. */
interface Sessions {
  warmUp(lease: Lease): void
  closeSession(lease: Lease): void
}

/** The leases of this test process. */
export class WorkerLeases {
  readonly connection: BrokerConnection
  readonly #sessions: Sessions
  readonly #isolation: RunContext['isolation']
  /** What fails if a test leaves a process behind. */
  readonly blame: 'test' | 'run'
  /** The lease of the next test, which has not asked for it yet. */
  #next: PendingLease | undefined
  /** The request for the next worker: leasing it and connecting to it cost processor time. */
  readonly #prefetching = new Postponed()

  constructor(
    context: RunContext,
    connection: BrokerConnection = new BrokerConnection(context),
    sessions: Sessions = { warmUp, closeSession },
  ) {
    this.connection = connection
    this.#sessions = sessions
    this.#isolation = context.isolation
    this.blame = context.blame ?? 'run'
  }

  /** Waits for a worker before the first test of a file asks for it. If there is none, that test gets the error. */
  async prefetch(file: string): Promise<void> {
    if (!this.#next) this.#keep(this.connection.acquireForFile({ file, test: '' }))
    await this.#next?.granted.catch(() => {})
  }

  /**
   * Leases a worker for a test: the prefetched one if there is one.
   *
   * @throws LeaseError the pool grants no worker
   */
  async take(holder: Holder): Promise<Lease> {
    const next = this.#next
    this.#next = undefined
    return next ? next.claim(holder) : this.connection.acquire(holder)
  }

  /** Has the next worker prefetched soon, and at the latest when `prefetchNext` is called. */
  expectNext(file: string): void {
    // With the other isolations, the next test uses the same worker again.
    if (this.#isolation === 'test') this.#prefetching.plan(() => this.#prefetchFor(file))
  }

  /** Prefetches the next worker now, if that was postponed: the test has got its first answer, or ends without one. */
  prefetchNext(): void {
    this.#prefetching.run()
  }

  /** Gives the prefetched worker back, and waits until the pool knows of everything that was given back. */
  async endFile(): Promise<void> {
    await this.releasePrefetched()
    await this.connection.flush()
  }

  /** Gives the prefetched worker back if no test has taken it. */
  async releasePrefetched(): Promise<void> {
    this.#prefetching.cancel()
    const next = this.#next
    this.#next = undefined
    next?.cancel()
    const lease = await next?.granted.catch(() => undefined)
    if (lease) this.#sessions.closeSession(lease)
  }

  #prefetchFor(file: string): void {
    if (this.#next) return
    const next = this.connection.prefetch({ file, test: '' })
    this.#keep(next)
    // Forgets a refusal, so that the next test asks again instead of getting a stale error.
    next.granted.catch(() => {
      if (this.#next === next) this.#next = undefined
    })
  }

  /**
   * Keeps a lease until a test takes it, its worker ends, or other tests need it more. It may outlive the running test, so
   * what waits for it must not be in the asynchronous context of that test.
   */
  #keep(pending: PendingLease): void {
    this.#next = pending
    outside(() => this.#watch(pending))
  }

  #watch(pending: PendingLease): void {
    const release = () => {
      if (this.#next === pending) void this.releasePrefetched()
    }
    pending.granted.then(
      (lease) => {
        if (this.#next !== pending) return
        this.#sessions.warmUp(lease)
        void lease.recalled.then(release)
        void lease.lost.then(release)
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
