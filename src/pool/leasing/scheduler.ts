import type { Holder } from '../../client/gen/vitest_python/v1/broker.ts'
import type { ResolvedOptions } from '../../options/schema.ts'
import { debugLog } from '../../support/debugLog.ts'
import { Postponed } from '../../support/postponed.ts'
import type { LeaseLog } from './leaseLog.ts'
import { plan } from './plan.ts'
import type { Priority } from './requests/priority.ts'
import type { PendingLease, RequestQueue } from './requests/requestQueue.ts'
import { holdersOf, type Slot, survey } from './slot.ts'
import { heldBy } from './slotState.ts'
import type { Workers } from './workers.ts'

const debug = debugLog('pool')

/** Milliseconds for a test process to give back a worker that no test has taken. */
const RECALL_TIMEOUT_MS = 250

/** Carries out the plan: grants workers to requests, starts workers, and recalls prefetched ones. */
export class Scheduler {
  readonly #options: ResolvedOptions
  readonly #workers: Workers
  readonly #queue: RequestQueue
  readonly #leases: LeaseLog
  /** The start of spares: a fork costs processor time. */
  readonly #startingSpares = new Postponed()
  #stopped = false
  #resting = false

  constructor(options: ResolvedOptions, workers: Workers, queue: RequestQueue, leases: LeaseLog) {
    this.#options = options
    this.#workers = workers
    this.#queue = queue
    this.#leases = leases
  }

  /** Spares that the pool should have: one more than tests have used so far, since a run of a single test needs no others. */
  get spares(): number {
    if (this.#workers.streaks.sparesAreHopeless) return 0
    return Math.min(this.#options.spares, this.#leases.taken + 1)
  }

  /**
   * Does what the plan says. If a test begins with a new worker, spares start a little later.
   *
   * @param warmUp starts workers although nothing has been requested yet
   * @param begins whether a test begins with a worker that it was granted before
   */
  schedule({ warmUp = false, begins = false } = {}): void {
    const slots = this.#workers.slots()
    if (this.#stopped || this.#resting || (this.#queue.size === 0 && slots.length === 0 && !warmUp)) return
    const { affinity, maxWorkers } = this.#options
    const { grants, starts, spares, recalls } = plan({
      ...survey(slots),
      waiting: this.#queue.waiting(),
      holders: affinity === 'strict' ? holdersOf(slots) : undefined,
      maxWorkers,
      spares: this.spares,
    })
    const granted = grants.map(({ worker, request }) =>
      this.#grant(this.#workers.get(worker), this.#queue.get(request)),
    )
    const postpones = begins || granted.includes('test')
    if (grants.length + starts + spares + recalls.length > 0) {
      const spareText = postpones ? 'spares later' : 'spares'
      debug('grants %o, starts %d, %d %s, recalls %o', grants, starts, spares, spareText, recalls)
    }
    for (let n = 0; n < starts; n++) this.#workers.start()
    if (postpones) this.#startingSpares.plan(() => this.schedule())
    else for (let n = 0; n < spares; n++) this.#workers.start()
    for (const id of recalls) this.#recall(this.#workers.get(id))
  }

  /** Asks for the workers that no test has taken. */
  recallPrefetched(): void {
    for (const slot of this.#workers.slots()) {
      if (slot.state.phase === 'prefetched' && slot.state.recall === 'none') this.#recall(slot)
    }
  }

  /** A test uses the worker that it was granted. */
  take(slot: Slot, holder: Holder): void {
    slot.dispatch({ type: 'take' })
    slot.lastFile = holder.file
    this.schedule({ begins: true })
  }

  /** Starts no spares until `wake`. */
  rest(): void {
    this.#resting = true
  }

  wake(): void {
    this.#resting = false
  }

  stop(): void {
    this.#stopped = true
    this.#startingSpares.cancel()
  }

  /** @returns the priority of the request, if it was granted */
  #grant(slot: Slot | undefined, pending: PendingLease | undefined): Priority | undefined {
    if (slot?.state.phase !== 'idle' || pending?.state.phase !== 'queued') return undefined
    const { worker } = slot.state
    const { holder, priority } = pending.state
    const lease = this.#leases.open(slot.id, worker.pid, holder)
    this.#workers.streaks.leased()
    slot.dispatch({
      type: 'grant',
      held: { lease, request: pending.request },
      prefetch: priority !== 'test',
    })
    if (priority === 'test') {
      this.#leases.take(lease, holder)
      slot.lastFile = holder.file
    }
    this.#queue.grant(pending, { lease, worker })
    return priority
  }

  /** Asks for a worker that no test has taken; its test process gives it back, or is about to take it. */
  #recall(slot: Slot | undefined): void {
    const held = slot && heldBy(slot.state)
    if (!slot || !held) return
    slot.dispatch({ type: 'recall' })
    held.request.recalled()
    // A test process that is busy does not answer. The tests that wait get the workers of others meanwhile.
    const giveUp = () => {
      debug('the recall of %s has timed out', slot.id)
      slot.dispatch({ type: 'recall timeout', held })
      this.schedule()
    }
    setTimeout(giveUp, RECALL_TIMEOUT_MS).unref()
  }
}
