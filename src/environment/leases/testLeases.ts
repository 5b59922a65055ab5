import type { Caller } from '../../client/errors/caller.ts'
import { LeaseError } from '../../client/errors/errors.ts'
import type { Holder } from '../../client/gen/vitest_python/v1/broker.ts'
import type { RunContext } from '../../client/lease/context.ts'
import type { PoolStats } from '../../client/lease/stats.ts'
import type { CallOptions } from '../../client/session/callOptions.ts'
import { traceLease } from '../../client/tracing/traceLease.ts'
import type { Suspects } from './leakWatch.ts'
import type { Leftovers } from './leftovers.ts'
import { OpenLease, type TestFile } from './openLease.ts'
import type { PythonPool } from './pythonPool.ts'
import { seedForTest } from './seed.ts'
import type { WorkerLeases } from './workerLeases.ts'

/** The leases of one holder: a test, a file or a test process. They are released together. */
export class TestLeases implements PythonPool {
  readonly #leases: WorkerLeases
  readonly #holder: Holder
  readonly #defaults: CallOptions
  readonly #open = new Set<OpenLease>()
  readonly #file: TestFile
  readonly #ended: EndedLease[] = []
  #caller: Caller | undefined
  #number: number
  #closed = false

  /** @param number Counts the leases of a test, so that each of them draws other random numbers. */
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
    const lease = await traceLease(() => this.#leases.take(this.#holder), this.#file.global)
    // The test may have reached its time limit while it waited. Then nothing else would give the worker back.
    if (this.#closed || this.#defaults.signal?.aborted) {
      lease.release()
      throw new LeaseError('The test ended before a Python process became free.')
    }
    this.#leases.expectNext(this.#holder.file)
    const open: OpenLease = new OpenLease(lease, this.#defaults, this.#file, {
      answered: () => this.#leases.prefetchNext(),
      released: (suspects) => {
        this.#open.delete(open)
        this.#ended.push({ leaseId: lease.leaseId, isolation: lease.context.isolation, suspects })
        this.#caller ??= open.takeCaller()
      },
    })
    this.#open.add(open)
    // If one lease serves a whole file, each test seeds it.
    if (lease.context.seed && this.#holder.test !== '') {
      open.seed(seedForTest(lease.context.seed.value, this.#holder, this.#number++))
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

  /**
   * The processes that the ended leases have left behind; `undefined` if there are none. If nothing is suspicious, this
   * sends no request. Otherwise, it waits for the ends of the workers.
   *
   * @param unlisted whether to ask if this system does not list children
   */
  async leftBehind(unlisted = false): Promise<Leftovers | undefined> {
    const ended = this.#ended.splice(0).filter((lease) => isSuspicious(lease, unlisted))
    if (ended.length === 0 || this.#leases.blame === 'run') return undefined
    const { survivors, problem, fail } = await this.#leases.connection.survivors({
      leaseIds: ended.map(({ leaseId }) => leaseId),
      children: ended.flatMap(({ suspects }) => [...suspects.children]),
      adopted: ended.flatMap(({ suspects }) => [...suspects.adopted]),
      unlisted: ended.some(({ suspects }) => suspects.unlisted),
    })
    if (survivors.length === 0 && problem === '') return undefined
    return { survivors, problem, fail, caller: this.#caller }
  }
}

interface EndedLease {
  readonly leaseId: string
  readonly isolation: RunContext['isolation']
  readonly suspects: Suspects
}

/** A shared worker goes on, and so may its children. */
function isSuspicious({ isolation, suspects }: EndedLease, unlisted: boolean): boolean {
  if (isolation === 'shared') return false
  return suspects.children.length + suspects.adopted.length > 0 || (unlisted && suspects.unlisted)
}
