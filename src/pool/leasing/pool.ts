import type { Holder } from '../../client/gen/vitest_python/v1/broker.ts'
import type { Exit } from '../../process/system/exit.ts'
import type { Runtime } from '../python/runtime.ts'
import type { Run } from '../run/run.ts'
import { explainLoss, explainWait } from './explanations.ts'
import { LeaseLog } from './leaseLog.ts'
import { ModuleUsage } from './moduleUsage.ts'
import type { LeaseHandle, LeaseRequest } from './requests/leaseRequest.ts'
import { type PendingLease, RequestQueue } from './requests/requestQueue.ts'
import { Scheduler } from './scheduler.ts'
import { inPhase, type Slot } from './slot.ts'
import { heldBy, type SlotPhase, type SlotState, workerOf } from './slotState.ts'
import { type PoolCollaborators, Workers } from './workers.ts'

/** The workers of a run and the leases of them. Python starts with the first request. */
export class Pool {
  readonly run: Run
  readonly runtime: Runtime
  readonly leases = new LeaseLog()
  readonly usage: ModuleUsage
  /** The survivors, by `nameOf`, that a test or a report has been told of. */
  readonly named = new Set<string>()
  readonly #workers: Workers
  readonly #queue: RequestQueue
  readonly #scheduler: Scheduler
  #closed = false

  constructor(run: Run, processes: PoolCollaborators) {
    this.run = run
    this.runtime = processes.runtime
    this.usage = new ModuleUsage(run.root)
    const { leaseTimeout, maxWorkers } = run.options
    this.#workers = new Workers(run, processes, {
      ready: () => this.#scheduler.schedule(),
      ended: (state, exit) => this.#noteEnd(state, exit),
      failedToStart: (error, isHopeless) => this.#noteFailedStart(error, isHopeless),
      used: (leaseId, files) => this.#noteUse(leaseId, files),
    })
    this.#queue = new RequestQueue(leaseTimeout, () =>
      explainWait(this.#workers.slots(), leaseTimeout, maxWorkers),
    )
    this.#scheduler = new Scheduler(run.options, this.#workers, this.#queue, this.leases)
  }

  /** Requests a worker. */
  request(request: LeaseRequest): LeaseHandle {
    this.#refresh()
    this.#scheduler.wake()
    const pending = this.#queue.add(request)
    if (this.#closed) this.#queue.refuse(pending, 'The run has ended, so no Python process can be leased.')
    this.#scheduler.schedule()
    return {
      take: (holder, at) => this.#take(pending, holder, at),
      killUnresponsive: (call) => this.#killUnresponsive(pending, call),
      end: (how, at) => this.#end(pending, how, at),
    }
  }

  /** Brings up Python and the first workers without a request. */
  warmUp(): void {
    this.#scheduler.schedule({ warmUp: true })
  }

  /** A Python file has changed; leases from now on get a worker that has imported the new version. */
  fileChanged(): void {
    if (this.#refresh()) this.#scheduler.schedule({ warmUp: true })
  }

  /** Leases nothing from now on, asks every worker to end, and kills the rest after `stopTimeout`. */
  async stopWorkers(): Promise<void> {
    this.#closed = true
    this.#scheduler.stop()
    const stopping = this.#workers.stop()
    this.#queue.refuseAll('The run ended while the test waited for this lease.')
    await stopping
  }

  /** Ends the workers that no test uses. The next request starts others. */
  rest(): void {
    this.#scheduler.rest()
    for (const slot of inPhase(this.#workers.slots(), 'idle')) this.#workers.retire(slot)
  }

  /** Resolves when those of these workers that are leaving have ended. Default: all that are leaving */
  async ended(workerIds?: ReadonlySet<string>): Promise<void> {
    const leaving = inPhase(this.#workers.slots(), 'leaving').filter(({ id }) => workerIds?.has(id) ?? true)
    await Promise.all(leaving.map(({ gone }) => gone))
  }

  /** Whether no test uses a worker, and no worker of a lease that is over is still busy or leaving. */
  get isQuiet(): boolean {
    return inPhase(this.#workers.slots(), 'leased', 'measuring', 'leaving').length === 0
  }

  /** Figures for `pythonPool.stats()`. */
  counts() {
    const count = (...phases: SlotPhase[]) => inPhase(this.#workers.slots(), ...phases).length
    return {
      workers: count('starting', 'idle', 'prefetched', 'leased', 'measuring'),
      idle: count('idle', 'prefetched'),
      leased: count('leased'),
      waiting: this.#queue.waiting().filter(({ priority }) => priority !== 'prefetch').length,
      leasesGranted: this.leases.taken,
      workersStarted: this.#workers.cameUp,
    }
  }

  /** Process IDs of the workers that are up on this machine. */
  localPids(): number[] {
    const up = this.#workers.slots().flatMap(({ state }) => workerOf(state) ?? [])
    return up.filter(({ node }) => node === undefined).map(({ pid }) => pid)
  }

  /** The slot that serves this request now; `undefined` if its worker or its lease has ended. */
  #servedBy(pending: PendingLease): Slot | undefined {
    const { grant } = pending
    const slot = grant && this.#workers.get(grant.worker.id)
    return slot && heldBy(slot.state)?.lease === grant.lease ? slot : undefined
  }

  #take(pending: PendingLease, holder: Holder, at?: number): void {
    if (pending.state.phase === 'queued') {
      this.#queue.promote(pending, holder)
      return this.#scheduler.schedule()
    }
    const { grant } = pending
    if (!grant) return
    this.leases.take(grant.lease, holder, at)
    const slot = this.#servedBy(pending)
    if (slot?.phase === 'prefetched') this.#scheduler.take(slot, holder)
  }

  #killUnresponsive(pending: PendingLease, call: string): void {
    const slot = this.#servedBy(pending)
    if (slot) this.#workers.killUnresponsive(slot, call)
  }

  #end(pending: PendingLease, how?: 'busy' | 'intact', at?: number): void {
    if (pending.state.phase === 'queued') return this.#queue.withdraw(pending)
    const slot = this.#servedBy(pending)
    pending.dispatch({ type: 'end' })
    if (slot) this.#release(slot, how, at)
  }

  #release(slot: Slot, how?: 'busy' | 'intact', at?: number): void {
    const held = heldBy(slot.state)
    if (held) this.leases.close(held.lease, at)
    const to = this.#afterRelease(slot, how)
    const isLeaving = slot.phase === 'leaving'
    slot.dispatch({ type: 'release', to })
    if (to === 'measuring' && !isLeaving) return void this.#measure(slot)
    if (slot.phase === 'leaving' && !isLeaving) this.#workers.end(slot)
    this.#scheduler.schedule()
  }

  #afterRelease(slot: Slot, how?: 'busy' | 'intact'): 'idle' | 'measuring' | 'leaving' {
    if (this.#workers.isOutdated(slot)) return 'leaving'
    // A call that was given up may still be running, and would make the next test wait.
    if (this.run.options.isolation === 'shared' && how !== 'busy' && slot.phase === 'leased')
      return 'measuring'
    // Its place may be taken by now: beyond the spares, a worker that comes back is not kept.
    const others = inPhase(this.#workers.slots(), 'idle', 'starting').length
    const isNeeded = others < this.#scheduler.spares || this.#queue.size > 0
    const isIntact = how === 'intact' && slot.phase === 'prefetched' && !slot.hasExited
    return isIntact && isNeeded ? 'idle' : 'leaving'
  }

  /** Resets a shared worker, or replaces it: between two leases, and only there. */
  async #measure(slot: Slot): Promise<void> {
    await this.#workers.flush(slot)
    const replace = (await slot.recycling?.shouldRecycle()) || !(await this.#workers.reset(slot))
    if (slot.phase !== 'measuring') return
    if (replace || this.#workers.isOutdated(slot)) this.#workers.retire(slot)
    else slot.dispatch({ type: 'keep' })
    this.#scheduler.schedule()
  }

  /** Replaces the workers whose modules have changed. */
  #refresh(): boolean {
    const isRefreshed = this.#workers.refresh()
    if (isRefreshed) this.#scheduler.recallPrefetched()
    return isRefreshed
  }

  #noteUse(leaseId: string, files: string[]): void {
    const lease = this.leases.get(leaseId)
    if (lease) this.usage.note(lease, files)
    this.runtime.sources.add(files)
  }

  #noteEnd(state: SlotState, exit: Exit): void {
    const held = heldBy(state)
    const worker = workerOf(state)
    if (held && worker) {
      this.leases.close(held.lease)
      const reason = state.phase === 'leaving' ? state.reason : undefined
      const why = reason === undefined ? exit : { ...exit, because: reason }
      held.request.lost(explainLoss(worker, held.lease, why))
      if (this.#workers.distrustForks(worker, why)) this.#scheduler.recallPrefetched()
    }
    this.#scheduler.schedule()
  }

  #noteFailedStart(error: Error & { code?: string }, isHopeless: boolean): void {
    // As long as other workers start or work, one failure is one request's; if nothing comes up, it is every request's.
    // A spare that no request waits for fails in silence: the next request meets the same error.
    // Prefetches fail silently: no test is waiting for them yet.
    const concerned = this.#queue.waiting().filter(({ priority }) => isHopeless || priority !== 'prefetch')
    for (const { id, file } of concerned.slice(0, isHopeless ? undefined : 1)) {
      const pending = this.#queue.get(id)
      this.usage.noteFailure(file)
      if (pending) this.#queue.refuse(pending, error.message, error.code)
    }
  }
}
