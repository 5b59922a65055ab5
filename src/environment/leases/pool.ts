import { LeaseError, PythonError } from '../../client/errors/errors.ts'
import type { Holder } from '../../client/gen/vitest_python/v1/broker.ts'
import type { Lease } from '../../client/lease/lease.ts'
import type { PoolStats } from '../../client/lease/stats.ts'
import type { CallOptions } from '../../client/session/callOptions.ts'
import { LeasedPython, type PythonClient, type TestSide } from '../../client/session/pythonClient.ts'
import { type Output, Printed } from './printed.ts'
import { seedOf } from './seed.ts'
import type { WorkerLeases } from './workerLeases.ts'

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

/** What the runner gives a test file instead of what this process has: Jest gives each one a global object. */
export interface TestFile {
  /** What Python prints is shown by; default: the console of this process. */
  output?: Output | undefined
  /** Makes values and errors of the file's own classes. */
  adopt?: TestSide['adopt']
}

/** Leases for one holder, all released together. */
export class HolderPool implements PythonPool {
  readonly #leases: WorkerLeases
  readonly #holder: Holder
  readonly #defaults: CallOptions
  readonly #open = new Set<OpenLease>()
  readonly #file: TestFile
  #number: number
  #closed = false

  /** @param number counts the leases of a test, so that two of them draw different random numbers */
  constructor(
    leases: WorkerLeases,
    holder: Holder,
    defaults: CallOptions = {},
    number = 0,
    file: TestFile = {},
  ) {
    this.#leases = leases
    this.#holder = holder
    this.#number = number
    this.#defaults = defaults
    this.#file = file
  }

  async lease(): Promise<OpenLease> {
    const lease = await this.#leases.take(this.#holder)
    // The test may have ended, by its time limit, while it waited: nobody else would give the worker back.
    if (this.#closed || this.#defaults.signal?.aborted) {
      lease.release()
      throw new LeaseError('The test ended before a Python process became free.')
    }
    const open = new OpenLease(lease, this.#defaults, this.#file, () => this.#open.delete(open))
    this.#open.add(open)
    // Of a file's one lease the seed is set by each test.
    if (lease.context.seed && this.#holder.test !== '') {
      open.seed(seedOf(lease.context.seed.value, this.#holder, this.#number++))
    }
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

export class OpenLease extends LeasedPython implements LeasedClient {
  readonly #lease: Lease
  readonly #defaults: CallOptions
  readonly #printed: Printed
  readonly #onRelease: () => void
  #open = true

  constructor(lease: Lease, defaults: CallOptions, file: TestFile, onRelease: () => void) {
    // A shared worker's log begins with what it printed for others.
    const printed = new Printed(lease.log, lease.context.isolation === 'shared', file.output)
    super(lease, defaults, {
      beforeAnswer: () => printed.show(),
      ...(file.adopt && { adopt: file.adopt }),
    })
    this.#lease = lease
    this.#defaults = defaults
    this.#printed = printed
    this.#onRelease = onRelease
  }

  /** Shows where Python was interrupted and the rest of what it printed, as output of the test that is about to end. */
  async endTest(signal = this.#defaults.signal): Promise<void> {
    const aborted = await this.aborted()
    this.#printed.finish()
    // What a signal of the test's own aborted is no news to it.
    for (const error of signal?.aborted ? aborted : []) console.error(describeAborted(error))
  }

  async release(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    await this.endTest()
    const { busy } = this
    this.close()
    this.#printed.finish()
    this.#printed.close()
    this.#lease.release(busy)
    this.#onRelease()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release()
  }
}

/** Where Python was when the test ended by its time limit, which the runner's own error does not know. */
function describeAborted(error: Error): string {
  const where = error instanceof PythonError ? error.pythonTraceback : error.message
  return `The test ended while Python was at work:\n${where}`
}
