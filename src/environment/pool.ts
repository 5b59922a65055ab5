import type { CallOptions } from '../client/call.ts'
import { LeaseError } from '../client/errors.ts'
import type { Holder } from '../client/gen/vitest_python/v1/broker.ts'
import type { Lease } from '../client/lease.ts'
import { LeasedPython, type PythonClient } from '../client/pythonClient.ts'
import type { PoolStats } from '../client/stats.ts'
import type { ProcessLeases } from './leases.ts'
import { Printed } from './printed.ts'

/** What the `pythonPool` fixture is. */
export interface PythonPool {
  /**
   * Leases one more Python process, until `release`, or until the end of the test.
   *
   * @throws LeaseError when none can be had
   */
  lease(): Promise<LeasedClient>
  /** Figures of the run's pool, as of now. */
  stats(): Promise<PoolStats>
}

/** A client whose lease can be ended early; `await using` does it at the end of the block. */
export interface LeasedClient extends PythonClient, AsyncDisposable {
  release(): Promise<void>
}

/** Leases for one holder, all released together. */
export class HolderPool implements PythonPool {
  readonly #leases: ProcessLeases
  readonly #holder: Holder
  readonly #defaults: CallOptions
  readonly #open = new Set<OpenLease>()
  #closed = false

  constructor(leases: ProcessLeases, holder: Holder, defaults: CallOptions = {}) {
    this.#leases = leases
    this.#holder = holder
    this.#defaults = defaults
  }

  async lease(): Promise<OpenLease> {
    const lease = await this.#leases.take(this.#holder)
    // The test may have ended, by its time limit, while it waited: nobody else would give the worker back.
    if (this.#closed || this.#defaults.signal?.aborted) {
      lease.release()
      throw new LeaseError('The test ended before a Python process became free.')
    }
    const open = new OpenLease(lease, this.#defaults, () => this.#open.delete(open))
    this.#open.add(open)
    return open
  }

  stats(): Promise<PoolStats> {
    return this.#leases.connection.stats()
  }

  async releaseAll(): Promise<void> {
    this.#closed = true
    for (const lease of this.#open) await lease.release()
  }
}

class OpenLease extends LeasedPython implements LeasedClient {
  readonly #lease: Lease
  readonly #printed: Printed
  readonly #onRelease: () => void

  constructor(lease: Lease, defaults: CallOptions, onRelease: () => void) {
    super(lease, defaults)
    this.#lease = lease
    // A shared worker's log begins with what it printed for others.
    this.#printed = new Printed(lease.log, lease.context.isolation === 'shared')
    this.#onRelease = onRelease
  }

  /** Shows what Python printed as output of the test that is running. */
  showPrinted(): void {
    const text = this.#printed.read().trimEnd()
    if (text !== '') console.log(text)
  }

  async release(): Promise<void> {
    this.showPrinted()
    this.close()
    this.#lease.release(this.busy)
    this.#onRelease()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release()
  }
}
