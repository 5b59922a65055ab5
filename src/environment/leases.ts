import type { RunContext } from '../client/context.ts'
import type { Holder } from '../client/gen/vitest_python/v1/broker.ts'
import { BrokerConnection, type Lease } from '../client/lease.ts'

/** The leases of this test process. */
export class ProcessLeases {
  readonly connection: BrokerConnection
  #ahead: Promise<Lease> | undefined

  constructor(context: RunContext) {
    this.connection = new BrokerConnection(context)
  }

  /** Leases a worker before a test asks for it; a failure is left for the test to meet. */
  async prefetch(file: string): Promise<void> {
    this.#ahead ??= this.connection.acquire({ file, test: '' })
    await this.#ahead.catch(() => {})
  }

  /** The worker that was leased ahead, else another one. */
  async take(holder: Holder): Promise<Lease> {
    const ahead = this.#ahead
    this.#ahead = undefined
    const lease = await (ahead ?? this.connection.acquire(holder))
    lease.hold(holder)
    return lease
  }

  /** Gives back what was leased ahead and never taken. */
  async forgo(): Promise<void> {
    const ahead = this.#ahead
    this.#ahead = undefined
    const lease = await ahead?.catch(() => undefined)
    lease?.release()
  }
}

const byRun = new Map<string, ProcessLeases>()

/** The leases of this process in a run. */
export function leasesOf(context: RunContext): ProcessLeases {
  const leases = byRun.get(context.runId) ?? new ProcessLeases(context)
  byRun.set(context.runId, leases)
  return leases
}
