import { now } from '../../support/clock.ts'
import { withDeadline } from '../../support/deadline.ts'
import { outside } from '../../support/outside.ts'
import {
  type BrokerRequest,
  type Holder,
  type JoinReply,
  Priority,
  type SurvivorsReply,
  type SurvivorsRequest,
} from '../gen/vitest_python/v1/broker.ts'
import { BrokerSocket } from './brokerSocket.ts'
import type { RunContext } from './context.ts'
import type { Lease } from './lease.ts'
import { connectionError, refusalError } from './leaseErrors.ts'
import { PendingLease } from './pendingLease.ts'
import type { PoolStats } from './stats.ts'

/** The runner may be busy with its reporters. */
const FLUSH_TIMEOUT_MS = 5_000

interface Answers {
  stats: PoolStats
  survivors: SurvivorsReply
  join: JoinReply
}

/** The broker of a run, as a test process sees it. */
export class BrokerConnection {
  readonly #context: RunContext
  readonly #open = new Set<PendingLease>()

  constructor(context: RunContext) {
    this.#context = context
  }

  /**
   * Leases a worker for a test that uses it at once.
   *
   * @throws LeaseError the pool's own reason if it grants no worker
   */
  acquire(holder: Holder): Promise<Lease> {
    return this.#request(holder, Priority.TEST).claim()
  }

  /** Leases a worker for a test file. The test that uses it is named later, when it claims the lease. */
  acquireForFile(holder: Holder): PendingLease {
    const pending = this.#request(holder, Priority.FILE)
    pending.claim().catch(() => {})
    return pending
  }

  /** Requests a spare worker that no test needs yet. If there is none, the request is granted when a test claims it. */
  prefetch(holder: Holder): PendingLease {
    return this.#request(holder, Priority.PREFETCH)
  }

  stats(): Promise<PoolStats> {
    return this.#ask({ $case: 'stats', value: {} })
  }

  /** Waits until the workers of these leases have ended, and reports the processes that outlived them. */
  survivors(request: SurvivorsRequest): Promise<SurvivorsReply> {
    return this.#ask({ $case: 'survivors', value: request })
  }

  /** The context of another project of this runner. Both are JSON: the project as it is sent, and the answer. */
  async join(project: string): Promise<string> {
    const { context } = await this.#ask({ $case: 'join', value: { project } })
    return context
  }

  /**
   * Waits until the pool has read the reports of the leases that were given back. Without that, the end of this process
   * would cut a long report off.
   */
  async flush(): Promise<void> {
    const released = [...this.#open].filter(({ isReleased }) => isReleased)
    const all = Promise.all(released.map(({ closed }) => closed))
    await withDeadline(all, FLUSH_TIMEOUT_MS, 'the pool to read the reports of leases').catch(() => {})
  }

  #request(holder: Holder, priority: Priority): PendingLease {
    return outside(() => {
      const pending = new PendingLease(new BrokerSocket(this.#context), this.#context, holder, priority)
      this.#open.add(pending)
      void pending.closed.then(() => this.#open.delete(pending))
      return pending
    })
  }

  /** @throws LeaseError the broker refuses, or is gone */
  #ask<Question extends keyof Answers>(
    kind: { $case: Question } & BrokerRequest['kind'],
  ): Promise<Answers[Question]> {
    return new Promise((resolve, reject) => {
      const socket = outside(() => new BrokerSocket(this.#context))
      socket.on('data', ({ kind: reply }) => {
        if (reply?.$case === kind.$case) resolve(reply.value as Answers[Question])
        if (reply?.$case === 'failed') reject(refusalError(reply.value))
      })
      socket.on('error', (error) => reject(connectionError(error)))
      socket.on('end', () => reject(connectionError(new Error('it was closed'))))
      socket.write({ kind, at: now() })
    })
  }
}
