import type { RunContext } from '../client/context.ts'
import type { Holder } from '../client/gen/vitest_python/v1/broker.ts'
import { BrokerConnection, type Lease } from '../client/lease.ts'
import { fileState } from './fileEnd.ts'
import { PYTHON_ENVIRONMENT } from './marker.ts'

/** Processes that outlive the test file whose Python started them. It has no frames: no line of a test is at fault. */
class LeftoverError extends Error {
  override readonly name = 'LeftoverError'

  constructor(message: string) {
    super(message)
    this.stack = `${this.name}: ${message}`
  }
}

/** The leases of this test process. */
export class ProcessLeases {
  readonly connection: BrokerConnection
  #ahead: Promise<Lease> | undefined
  /** IDs of the leases that the running file took. */
  readonly #taken: string[] = []
  #accounts = false

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
    this.#accountAtFileEnd()
    const ahead = this.#ahead
    this.#ahead = undefined
    const lease = await (ahead ?? this.connection.acquire(holder))
    lease.hold(holder)
    this.#taken.push(lease.leaseId)
    return lease
  }

  /** In the environment `python`, a file fails that leaves processes. */
  #accountAtFileEnd(): void {
    if (this.#accounts || !(PYTHON_ENVIRONMENT in globalThis)) return
    this.#accounts = true
    fileState().ends.push(async () => {
      this.#accounts = false
      const { message, fail } = await this.connection.left(this.#taken.splice(0))
      if (message !== '' && fail) throw new LeftoverError(message)
      if (message !== '') console.warn(message)
    })
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
