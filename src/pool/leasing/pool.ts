import type { Holder } from '../../client/gen/vitest_python/v1/broker.ts'
import type { Exit } from '../../process/system/exit.ts'
import type { Runtime } from '../python/runtime.ts'
import type { startWorker, Worker } from '../python/worker.ts'
import type { recordProcess } from '../run/record.ts'
import type { Run } from '../run/run.ts'
import { explainDistrust, explainLoss, explainWait, suspectFork, WENT_ON } from './explanations.ts'
import { LeaseLog } from './leaseLog.ts'
import type { LeaseHandle, LeaseRequest } from './leaseRequest.ts'
import { ModuleUsage } from './moduleUsage.ts'
import { plan } from './plan.ts'
import { RecyclePolicy } from './recyclePolicy.ts'
import { type PendingLease, RequestQueue } from './requestQueue.ts'
import { holdersOf, inPhase, Slot, survey } from './slot.ts'
import { heldBy, type SlotPhase, workerOf } from './slotState.ts'

/** After so many in a row, the pool forks no more spares. Else it would restart workers that end by themselves forever. */
const MAX_IDLE_DEATHS = 3

/** After so many in a row, the pool does not expect any worker to come up. */
const MAX_FAILED_STARTS = 3

/** Milliseconds for a test process to give back a worker that no test has taken. */
const RECALL_TIMEOUT_MS = 250

/** Milliseconds for a worker to write its stack into its log. */
const STACK_TIMEOUT_MS = 1_000

/** The pool's way to processes. */
export interface PoolCollaborators {
  readonly runtime: Runtime
  readonly startWorker: typeof startWorker
  readonly recordProcess: typeof recordProcess
}

/** The workers of a run and the leases of them. Python starts with the first request. */
export class Pool {
  readonly run: Run
  readonly runtime: Runtime
  readonly leases = new LeaseLog()
  readonly usage: ModuleUsage
  readonly #processes: PoolCollaborators
  readonly #slots = new Map<string, Slot>()
  readonly #queue: RequestQueue
  #started = 0
  #cameUp = 0
  #closed = false
  /** Workers in a row that ended by themselves before they were leased. */
  #idleDeaths = 0
  /** Workers in a row that did not come up. */
  #failedStarts = 0

  constructor(run: Run, processes: PoolCollaborators) {
    this.run = run
    this.runtime = processes.runtime
    this.usage = new ModuleUsage(run.root)
    this.#processes = processes
    const { leaseTimeout, maxWorkers } = run.options
    this.#queue = new RequestQueue(leaseTimeout, () =>
      explainWait(this.#slots.values(), leaseTimeout, maxWorkers),
    )
  }

  /** Requests a worker. */
  request(request: LeaseRequest): LeaseHandle {
    this.#refresh()
    const pending = this.#queue.add(request)
    if (this.#closed) this.#queue.refuse(pending, 'The run has ended, so no Python process can be leased.')
    this.#schedule()
    return {
      take: (holder, at) => this.#take(pending, holder, at),
      killUnresponsive: (call) => this.#killUnresponsive(pending, call),
      end: (how, at) => this.#end(pending, how, at),
    }
  }

  /** Brings up Python and the first workers without a request. */
  warmUp(): void {
    this.#schedule(true)
  }

  /** A Python file has changed; leases from now on get a worker that has imported the new version. */
  fileChanged(): void {
    if (this.#refresh()) this.#schedule(true)
  }

  /** Leases nothing from now on, asks every worker to end, and kills the rest after `stopTimeout`. */
  async stopWorkers(): Promise<void> {
    this.#closed = true
    const stopping = this.runtime.stopStarting()
    this.#queue.refuseAll('The run ended while the test waited for this lease.')
    const slots = [...this.#slots.values()]
    for (const slot of slots) this.#retire(slot)
    await stopping
    await Promise.all(slots.map((slot) => slot.gone))
  }

  /** Resolves when those of these workers that are leaving have ended. */
  async ended(workerIds: ReadonlySet<string>): Promise<void> {
    const leaving = inPhase(this.#slots.values(), 'leaving').filter(({ id }) => workerIds.has(id))
    await Promise.all(leaving.map(({ gone }) => gone))
  }

  /** Figures for `pythonPool.stats()`. */
  counts() {
    const count = (...phases: SlotPhase[]) => inPhase(this.#slots.values(), ...phases).length
    return {
      workers: count('starting', 'idle', 'prefetched', 'leased', 'measuring'),
      idle: count('idle', 'prefetched'),
      leased: count('leased'),
      waiting: this.#queue.waiting().filter(({ priority }) => priority !== 'prefetch').length,
      leasesGranted: this.leases.taken,
      workersStarted: this.#cameUp,
    }
  }

  /** Process IDs of the workers that are up. */
  pids(): number[] {
    return [...this.#slots.values()].flatMap(({ state }) => workerOf(state)?.pid ?? [])
  }

  /** The slot that serves this request now; `undefined` if its worker or its lease has ended. */
  #servedBy(pending: PendingLease): Slot | undefined {
    const { grant } = pending
    const slot = grant && this.#slots.get(grant.worker.id)
    return slot && heldBy(slot.state)?.lease === grant.lease ? slot : undefined
  }

  #take(pending: PendingLease, holder: Holder, at?: number): void {
    if (pending.state.phase === 'queued') {
      this.#queue.promote(pending, holder)
      return this.#schedule()
    }
    const { grant } = pending
    if (!grant) return
    this.leases.take(grant.lease, holder, at)
    const slot = this.#servedBy(pending)
    if (slot?.phase !== 'prefetched') return
    slot.dispatch({ type: 'take' })
    slot.lastFile = holder.file
    this.#schedule()
  }

  #killUnresponsive(pending: PendingLease, call: string): void {
    const slot = this.#servedBy(pending)
    const worker = slot && workerOf(slot.state)
    if (!slot || !worker) return
    slot.dispatch({ type: 'retire', reason: `${call} ${WENT_ON}` })
    worker.abort()
    this.#killUnlessGone(worker, STACK_TIMEOUT_MS)
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
    if (slot.phase === 'leaving' && !isLeaving) this.#endWorker(slot)
    this.#schedule()
  }

  #afterRelease(slot: Slot, how?: 'busy' | 'intact'): 'idle' | 'measuring' | 'leaving' {
    if (this.#isOutdated(slot)) return 'leaving'
    // A call that was given up may still be running, and would make the next test wait.
    if (this.run.options.isolation === 'shared' && how !== 'busy' && slot.phase === 'leased')
      return 'measuring'
    // Its place may be taken by now: beyond the spares, a worker that comes back is not kept.
    const others = inPhase(this.#slots.values(), 'idle', 'starting').length
    const isNeeded = others < this.#spares() || this.#queue.size > 0
    return how === 'intact' && slot.phase === 'prefetched' && isNeeded ? 'idle' : 'leaving'
  }

  /** Replaces a shared worker that has reached a limit of `recycle`: between two leases, and only there. */
  async #measure(slot: Slot): Promise<void> {
    const recycle = await slot.recycling?.shouldRecycle()
    if (slot.phase !== 'measuring') return
    if (recycle || this.#isOutdated(slot)) this.#retire(slot)
    else slot.dispatch({ type: 'keep' })
    this.#schedule()
  }

  /** Whether its modules have changed since it imported them. */
  #isOutdated(slot: Slot): boolean {
    return slot.epoch !== this.runtime.epoch
  }

  /** Replaces the workers whose modules have changed. */
  #refresh(): boolean {
    if (this.#closed || !this.runtime.outdate()) return false
    this.#idleDeaths = 0
    this.#failedStarts = 0
    this.#retireOutdated()
    return true
  }

  /** Spawns the workers that start from now on, if a fork may have broken this one. */
  #distrustForks(worker: Worker, exit: Exit): void {
    const fork = suspectFork(worker, exit)
    if (fork && this.runtime.distrustForks(explainDistrust(worker, fork))) this.#retireOutdated()
  }

  /** Ends the idle workers of earlier epochs, and asks for those that no test has taken. */
  #retireOutdated(): void {
    for (const slot of this.#slots.values()) {
      if (slot.phase === 'idle') this.#retire(slot)
      if (slot.state.phase === 'prefetched' && slot.state.recall === 'none') this.#recall(slot)
    }
    this.#endOutdatedForkservers()
  }

  #endOutdatedForkservers(): void {
    this.runtime.endOutdated(new Set([...this.#slots.values()].map(({ epoch }) => epoch)))
  }

  #schedule(warmUp = false): void {
    if (this.#closed || (this.#queue.size === 0 && this.#slots.size === 0 && !warmUp)) return
    const slots = [...this.#slots.values()]
    const { affinity, maxWorkers } = this.run.options
    const { grants, starts, recalls } = plan({
      ...survey(slots),
      waiting: this.#queue.waiting().map(({ id, holder, priority }) => ({ ...holder, id, priority })),
      holders: affinity === 'strict' ? holdersOf(slots) : undefined,
      maxWorkers,
      spares: this.#spares(),
    })
    for (const { worker, request } of grants) this.#grant(this.#slots.get(worker), this.#queue.get(request))
    for (let n = 0; n < starts; n++) this.#start()
    for (const id of recalls) this.#recall(this.#slots.get(id))
  }

  /** One more than tests have used so far: a run of a single test needs no others. */
  #spares(): number {
    if (this.#idleDeaths >= MAX_IDLE_DEATHS) return 0
    return Math.min(this.run.options.spares, this.leases.taken + 1)
  }

  #grant(slot: Slot | undefined, pending: PendingLease | undefined): void {
    if (slot?.state.phase !== 'idle' || pending?.state.phase !== 'queued') return
    const { worker } = slot.state
    const { holder, priority } = pending.state
    const lease = this.leases.open(slot.id, worker.pid, holder)
    this.#idleDeaths = 0
    slot.dispatch({
      type: 'grant',
      held: { lease, request: pending.request },
      prefetch: priority !== 'test',
    })
    if (priority === 'test') {
      this.leases.take(lease, holder)
      slot.lastFile = holder.file
    }
    this.#queue.grant(pending, { lease, worker })
  }

  /** Asks for a worker that no test has taken; its test process gives it back, or is about to take it. */
  #recall(slot: Slot | undefined): void {
    const held = slot && heldBy(slot.state)
    if (!slot || !held) return
    slot.dispatch({ type: 'recall' })
    held.request.recalled()
    // A test process that is busy does not answer. The tests that wait get the workers of others meanwhile.
    const giveUp = () => {
      slot.dispatch({ type: 'recall timeout', held })
      this.#schedule()
    }
    setTimeout(giveUp, RECALL_TIMEOUT_MS).unref()
  }

  #start(): void {
    const slot = new Slot(`w${++this.#started}`, this.runtime.epoch, this.runtime.start())
    this.#slots.set(slot.id, slot)
    slot.gone = this.#live(slot).then(
      (exit) => this.#noteExit(slot, exit),
      (error: Error & { code?: string }) => this.#noteFailedStart(slot, error),
    )
  }

  /** One worker from its start to its end. */
  async #live(slot: Slot): Promise<Exit> {
    const { run } = this
    const python = await slot.up
    // Retired meanwhile: there is no process yet, and none is needed.
    if (this.#closed) throw new Error(`${slot.id} was retired before its start.`)
    const worker = await this.#processes.startWorker({
      ...python,
      id: slot.id,
      run,
      onProcess: (identity) => this.#processes.recordProcess(run.directory, slot.id, identity),
      onUsed: (leaseId, files) => this.#noteUse(leaseId, files),
    })
    slot.recycling = await RecyclePolicy.begin(worker.pid, run.options.recycle)
    slot.dispatch({ type: 'ready', worker })
    this.#failedStarts = 0
    this.#cameUp += 1
    if (slot.phase === 'leaving') this.#endWorker(slot)
    else if (this.#closed || this.#isOutdated(slot)) this.#retire(slot)
    this.#schedule()
    return worker.exited
  }

  #retire(slot: Slot): void {
    if (slot.phase === 'leaving') return
    slot.dispatch({ type: 'retire' })
    this.#endWorker(slot)
  }

  #endWorker({ id, state, up }: Slot): void {
    const worker = workerOf(state)
    // No test holds a worker that is still starting, so it is killed at once.
    if (!worker) return void up.then(({ forkserver }) => forkserver.kill(id)).catch(() => {})
    worker.askToExit()
    this.#killUnlessGone(worker, this.run.options.stopTimeout)
  }

  #killUnlessGone(worker: Worker, timeout: number): void {
    const kill = setTimeout(() => worker.kill(), timeout)
    void worker.exited.then(() => clearTimeout(kill))
  }

  #noteUse(leaseId: string, files: string[]): void {
    const lease = this.leases.get(leaseId)
    if (lease) this.usage.note(lease, files)
    this.runtime.sources.add(files)
  }

  #noteExit(slot: Slot, exit: Exit): void {
    const { state } = slot
    if (state.phase === 'idle') this.#idleDeaths += 1
    this.#remove(slot)
    const held = heldBy(state)
    const worker = workerOf(state)
    if (held && worker) {
      this.leases.close(held.lease)
      const reason = state.phase === 'leaving' ? state.reason : undefined
      const why = reason === undefined ? exit : { ...exit, because: reason }
      held.request.lost(explainLoss(worker, held.lease, why))
      this.#distrustForks(worker, why)
    }
    this.#schedule()
  }

  #noteFailedStart(slot: Slot, error: Error & { code?: string }): void {
    this.#remove(slot)
    if (this.#closed) return
    // The modules have changed since, and may be importable now.
    if (this.#isOutdated(slot)) return this.#schedule()
    this.#failedStarts += 1
    // As long as other workers start or work, one failure is one request's; if nothing comes up, it is every request's.
    // A spare that no request waits for fails in silence: the next request meets the same error.
    const isHopeless = this.#slots.size === 0 || this.#failedStarts >= MAX_FAILED_STARTS
    // Prefetches fail silently: no test is waiting for them yet.
    const concerned = this.#queue.waiting().filter(({ priority }) => isHopeless || priority !== 'prefetch')
    for (const { id, holder } of concerned.slice(0, isHopeless ? undefined : 1)) {
      const pending = this.#queue.get(id)
      this.usage.noteFailure(holder.file)
      if (pending) this.#queue.refuse(pending, error.message, error.code)
    }
  }

  #remove(slot: Slot): void {
    slot.dispatch({ type: 'exit' })
    this.#slots.delete(slot.id)
    this.#endOutdatedForkservers()
  }
}
