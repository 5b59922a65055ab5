import { credentials, type ServiceError } from '@grpc/grpc-js'
import { withDeadline } from '../../support/deadline.ts'
import { outside } from '../../support/outside.ts'
import { withoutStack } from '../../support/withoutStack.ts'
import {
  BrokerClient,
  type Holder,
  Priority,
  type SurvivorsReply,
  type SurvivorsRequest,
} from '../gen/vitest_python/v1/broker.ts'
import { CHANNEL_OPTIONS, callMetadata } from '../wire/metadata.ts'
import type { RunContext } from './context.ts'
import type { Lease } from './lease.ts'
import { connectionError } from './leaseErrors.ts'
import { PendingLease } from './pendingLease.ts'
import type { PoolStats } from './stats.ts'

/** The runner may be busy with its reporters. */
const FLUSH_TIMEOUT_MS = 5_000

/** The broker of a run, as a test process sees it. */
export class BrokerConnection {
  readonly #client: BrokerClient
  readonly #context: RunContext
  readonly #open = new Set<PendingLease>()

  constructor(context: RunContext) {
    this.#context = context
    const insecure = credentials.createInsecure()
    this.#client = outside(() => new BrokerClient(context.broker, insecure, CHANNEL_OPTIONS))
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
    return this.#ask((metadata, answer) => this.#client.stats({}, metadata, answer))
  }

  /** Waits until the workers of these leases have ended, and reports the processes that outlived them. */
  survivors(request: SurvivorsRequest): Promise<SurvivorsReply> {
    return this.#ask((metadata, answer) => this.#client.survivors(request, metadata, answer))
  }

  /** The context of another project of this runner. Both are JSON: the project as it is sent, and the answer. */
  async join(project: string): Promise<string> {
    const { context } = await this.#ask<{ context: string }>((metadata, answer) =>
      this.#client.join({ project }, metadata, answer),
    )
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

  close(): void {
    this.#client.close()
  }

  #request(holder: Holder, priority: Priority): PendingLease {
    return outside(() => {
      const stream = withoutStack(() => this.#client.lease(callMetadata(this.#context.token)))
      const pending = new PendingLease(stream, this.#context, holder, priority)
      this.#open.add(pending)
      void pending.closed.then(() => this.#open.delete(pending))
      return pending
    })
  }

  #ask<Reply>(
    send: (
      metadata: ReturnType<typeof callMetadata>,
      answer: (error: ServiceError | null, reply: Reply) => void,
    ) => void,
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      outside(() =>
        send(callMetadata(this.#context.token), (error, reply) =>
          error ? reject(connectionError(error)) : resolve(reply),
        ),
      )
    })
  }
}
