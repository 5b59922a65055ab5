import type { Holder } from '../../client/gen/vitest_python/v1/broker.ts'
import type { Exit } from '../../process/system/exit.ts'
import { type Install, PythonSide } from '../python/python.ts'
import { startWorker, type Worker } from '../python/worker.ts'
import { recordProcess } from '../run/record.ts'
import type { Run } from '../run/run.ts'
import { explainLoss, explainWait } from './explain.ts'
import { LeaseBook } from './leases.ts'
import { plan } from './plan.ts'
import { Wear } from './recycle.ts'
import {
  type Applicant,
  type Application,
  type Grant,
  inState,
  type Request,
  type Slot,
  servedBy,
  survey,
} from './slot.ts'
import { UsageBook } from './usage.ts'

/** After so many, nothing is forked ahead of need any more: what ends by itself would be started for ever. */
const MOST_IDLE_DEATHS = 3

/** Milliseconds for a test process to give a worker back that no test has taken. */
const RECALL_TIMEOUT = 250

/** Milliseconds for a worker to write down where it is. */
const STACK_TIMEOUT = 1_000

/** After so many in a row, nothing is expected to come up any more. */
const MOST_FAILED_STARTS = 3

/** The workers of a run and who has them. Python starts with the first request. */
export class Pool {
  readonly run: Run
  readonly python: PythonSide
  readonly leases = new LeaseBook()
  readonly usage: UsageBook
  readonly #slots = new Map<string, Slot>()
  readonly #waiting = new Map<string, Request>()
  #started = 0
  #cameUp = 0
  #requests = 0
  #closed = false
  /** Workers that ended by themselves before anybody had leased them, in a row. */
  #idleDeaths = 0
  /** Workers that did not come up, in a row. */
  #failedStarts = 0

  constructor(run: Run, install: Install, announce: (sentence: string) => void) {
    this.run = run
    this.python = new PythonSide(run, install, announce)
    this.usage = new UsageBook(run.root)
  }

  /** Asks for a worker. */
  request(applicant: Applicant): Application {
    this.#refresh()
    const id = `r${++this.#requests}`
    let grant: Grant | undefined
    const granted = (given: Grant) => {
      grant = given
      applicant.granted(given)
    }
    const request: Request = { ...applicant, id, expiry: undefined, granted }
    this.#waiting.set(id, request)
    if (request.need !== 'ahead') this.#limitWait(request)
    if (this.#closed) this.#refuse(id, 'The run is over; no Python process is leased any more.')
    this.#step()
    return {
      take: (holder, at) => (grant ? this.#take(grant, holder, at) : this.#urge(request, holder)),
      stuck: (call) => grant && this.#endStuck(grant, call),
      end: (how, at) => (grant ? this.#release(grant, how, at) : this.#withdraw(id)),
    }
  }

  #limitWait(request: Request): void {
    const timeout = this.run.options.leaseTimeout
    request.expiry ??= setTimeout(
      () => this.#refuse(request.id, explainWait(this.#slots.values(), timeout, this.run.options.maxWorkers)),
      timeout,
    ).unref()
  }

  /** A test waits for what was asked for ahead. */
  #urge(request: Request, holder: Holder): void {
    if (!this.#waiting.has(request.id)) return
    Object.assign(request, { holder, need: 'now' })
    this.#limitWait(request)
    this.#step()
  }

  #take({ lease, worker }: Grant, holder: Holder, at?: number): void {
    this.leases.take(lease, holder, at)
    const slot = this.#slots.get(worker.id)
    if (slot?.lease !== lease || slot.state !== 'ahead') return
    slot.state = 'leased'
    slot.lastFile = holder.file
    this.#step()
  }

  #withdraw(id: string): void {
    clearTimeout(this.#waiting.get(id)?.expiry)
    this.#waiting.delete(id)
  }

  #endStuck({ worker }: Grant, call: string): void {
    const slot = this.#slots.get(worker.id)
    if (!slot) return
    slot.because = `${call} went on though it was interrupted`
    worker.abort()
    this.#killUnlessGone(worker, STACK_TIMEOUT)
  }

  /** Brings up Python and the first workers without a request. */
  warm(): void {
    this.#step(true)
  }

  /** A Python file has changed; whoever leases a worker from now on gets what is there now. */
  fileChanged(): void {
    if (this.#refresh()) this.#step(true)
  }

  /** Leases nothing from now on, asks every worker to end, and kills what has not after `stopTimeout`. */
  async stopWorkers(): Promise<void> {
    this.#closed = true
    const stopping = this.python.stopStarting()
    for (const id of this.#waiting.keys()) this.#refuse(id, 'The run ended while this lease was waited for.')
    const slots = [...this.#slots.values()]
    for (const slot of slots) this.#retire(slot)
    await stopping
    await Promise.all(slots.map((slot) => slot.gone))
  }

  /** Figures for `pythonPool.stats()`. */
  counts() {
    const count = (...states: Slot['state'][]) => inState(this.#slots.values(), ...states).length
    return {
      workers: count('starting', 'idle', 'ahead', 'leased', 'resting'),
      idle: count('idle', 'ahead'),
      leased: count('leased'),
      waiting: [...this.#waiting.values()].filter(({ need }) => need !== 'ahead').length,
      leasesGranted: this.leases.taken,
      workersStarted: this.#cameUp,
    }
  }

  /** Process IDs of the workers that are up. */
  pids(): number[] {
    return [...this.#slots.values()].flatMap(({ worker }) => (worker ? [worker.pid] : []))
  }

  /** Leases no worker any more that has imported what has changed since. */
  #refresh(): boolean {
    if (this.#closed || !this.python.outdate()) return false
    this.#idleDeaths = 0
    this.#failedStarts = 0
    for (const slot of this.#slots.values()) {
      slot.outdated = true
      if (slot.state === 'idle') this.#retire(slot)
      if (slot.state === 'ahead') this.#recall(slot)
    }
    this.#endOutdated()
    return true
  }

  #endOutdated(): void {
    this.python.endOutdated(new Set([...this.#slots.values()].map(({ epoch }) => epoch)))
  }

  /** Resolves when those of these workers that are on their way out have ended. */
  async ended(workerIds: ReadonlySet<string>): Promise<void> {
    const leaving = [...this.#slots.values()].filter(
      ({ id, state }) => state === 'leaving' && workerIds.has(id),
    )
    await Promise.all(leaving.map(({ gone }) => gone))
  }

  #step(warm = false): void {
    if (this.#closed || (this.#waiting.size === 0 && this.#slots.size === 0 && !warm)) return
    const slots = [...this.#slots.values()]
    const { grants, starts, recalls } = plan({
      ...survey(slots),
      waiting: [...this.#waiting.values()].map(({ id, holder, need }) => ({ id, need, ...holder })),
      serving: this.run.options.affinity === 'strict' ? servedBy(slots) : undefined,
      maxWorkers: this.run.options.maxWorkers,
      spares: this.#spares(),
    })
    for (const { worker, request } of grants) this.#grant(worker, request)
    for (let n = 0; n < starts; n++) this.#start()
    for (const id of recalls) this.#recall(this.#slots.get(id) as Slot)
  }

  /** No more than tests have used so far, and one: a run of a single test needs no others. */
  #spares(): number {
    if (this.#idleDeaths >= MOST_IDLE_DEATHS) return 0
    return Math.min(this.run.options.spares, this.leases.taken + 1)
  }

  /** Asks for a worker that no test has taken; who holds it gives it back, or is about to take it. */
  #recall(slot: Slot): void {
    slot.recalled = 'asked'
    slot.applicant?.recalled()
    // A test process that is busy does not answer, and must not keep those who wait from the workers of others.
    const giveUp = () => {
      if (slot.recalled !== 'asked' || slot.state !== 'ahead') return
      slot.recalled = 'unanswered'
      this.#step()
    }
    setTimeout(giveUp, RECALL_TIMEOUT).unref()
  }

  #grant(workerId: string, requestId: string): void {
    const slot = this.#slots.get(workerId) as Slot & { worker: Worker }
    const request = this.#waiting.get(requestId) as Request
    this.#waiting.delete(requestId)
    clearTimeout(request.expiry)
    slot.state = request.need === 'now' ? 'leased' : 'ahead'
    slot.recalled = undefined
    this.#idleDeaths = 0
    slot.applicant = request
    slot.lease = this.leases.open(slot.id, slot.worker.pid, request.holder)
    if (request.need === 'now') {
      this.leases.take(slot.lease, request.holder)
      slot.lastFile = request.holder.file
    }
    request.granted({ lease: slot.lease, worker: slot.worker })
  }

  #release({ lease, worker }: Grant, how?: 'busy' | 'intact', at?: number): void {
    const slot = this.#slots.get(worker.id)
    if (slot?.lease !== lease) return
    this.leases.close(lease, at)
    delete slot.lease
    delete slot.applicant
    // A worker that may still be at a call which was given up would make the next test wait for it.
    const isShared = this.run.options.isolation === 'shared' && how !== 'busy' && !slot.outdated
    if (isShared && slot.state === 'leased') return void this.#rest(slot)
    // Its place may have been taken meanwhile: what comes back beyond the spares is not kept.
    const others = inState(this.#slots.values(), 'idle', 'starting').length
    const isSpare = others < this.#spares() || this.#waiting.size > 0
    if (how === 'intact' && slot.state === 'ahead' && !slot.outdated && isSpare) slot.state = 'idle'
    else this.#retire(slot)
    this.#step()
  }

  /** Between two leases, and only there, a worker that is worn is replaced. */
  async #rest(slot: Slot): Promise<void> {
    slot.state = 'resting'
    const worn = await slot.wear?.isWornAfterLease()
    // It may have ended meanwhile, or have been asked to.
    if (slot.state !== 'resting' || !this.#slots.has(slot.id)) return
    if (worn || slot.outdated) this.#retire(slot)
    else slot.state = 'idle'
    this.#step()
  }

  #start(): void {
    const id = `w${++this.#started}`
    const { epoch } = this.python
    const slot: Slot = { id, state: 'starting', epoch, up: this.python.start(), gone: Promise.resolve() }
    this.#slots.set(id, slot)
    slot.gone = this.#live(slot).then(
      (exit) => this.#leave(slot, exit),
      (error: Error & { code?: string }) => this.#failToStart(slot, error),
    )
  }

  /** From start to end of one worker. */
  async #live(slot: Slot): Promise<Exit> {
    const up = await slot.up
    const worker = await startWorker({
      id: slot.id,
      run: this.run,
      ...up,
      onProcess: (identity) => recordProcess(this.run.directory, slot.id, identity),
      onUsed: (leaseId, files) => this.#noteUse(leaseId, files),
    })
    slot.wear = await Wear.begin(worker.pid, this.run.options.recycle)
    slot.worker = worker
    this.#failedStarts = 0
    this.#cameUp += 1
    if (this.#closed || slot.outdated) this.#retire(slot)
    else slot.state = 'idle'
    this.#step()
    return worker.exited
  }

  #retire(slot: Slot): void {
    slot.state = 'leaving'
    if (!slot.worker) return void this.#abort(slot)
    const { worker } = slot
    worker.askToExit()
    this.#killUnlessGone(worker, this.run.options.stopTimeout)
  }

  #killUnlessGone(worker: Worker, timeout: number): void {
    const kill = setTimeout(() => worker.kill(), timeout)
    void worker.exited.then(() => clearTimeout(kill))
  }

  /** Nobody holds a worker that is still starting, so it is not asked. */
  async #abort({ id, up }: Slot): Promise<void> {
    const python = await up.catch(() => undefined)
    python?.forkserver.kill(id)
  }

  #noteUse(leaseId: string, files: string[]): void {
    const lease = this.leases.get(leaseId)
    if (lease) this.usage.note(lease, files)
    this.python.sources.add(files)
  }

  #leave(slot: Slot, exit: Exit): void {
    if (slot.state === 'idle') this.#idleDeaths += 1
    this.#slots.delete(slot.id)
    this.#endOutdated()
    if (slot.lease) {
      this.leases.close(slot.lease)
      const why = slot.because === undefined ? exit : { ...exit, because: slot.because }
      slot.applicant?.lost(explainLoss(slot.worker as Worker, slot.lease, why))
    }
    this.#step()
  }

  #failToStart(slot: Slot, error: Error & { code?: string }): void {
    this.#slots.delete(slot.id)
    this.#endOutdated()
    if (this.#closed) return
    // What is there now may do better.
    if (slot.outdated) return this.#step()
    this.#failedStarts += 1
    // Where others start or work, one failure is one request's; where nothing comes up, it is everybody's.
    // A spare that nobody waits for fails in silence: the next request meets the same error.
    const hopeless = this.#slots.size === 0 || this.#failedStarts >= MOST_FAILED_STARTS
    // Who only asks ahead has a test that can still do without.
    const told = [...this.#waiting.values()].filter(({ need }) => hopeless || need !== 'ahead')
    const refused = told.slice(0, hopeless ? undefined : 1).map(({ id }) => id)
    for (const id of refused) {
      this.usage.noteFailure(this.#waiting.get(id)?.holder.file ?? '')
      this.#refuse(id, error.message, error.code)
    }
  }

  #refuse(id: string, message: string, code = ''): void {
    const request = this.#waiting.get(id)
    if (!request) return
    clearTimeout(request.expiry)
    this.#waiting.delete(id)
    request.failed(message, code)
  }
}
