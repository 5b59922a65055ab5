import { describeExit, type Exit } from '../../process/system/exit.ts'
import { withDeadline } from '../../support/deadline.ts'
import { debugLog } from '../../support/debugLog.ts'
import type { Runtime } from '../python/runtime.ts'
import type { startWorker, Worker } from '../python/worker.ts'
import type { Run } from '../run/run.ts'
import { explainDistrust, explainReset, suspectFork, WENT_ON } from './explanations.ts'
import { FailureStreaks } from './failureStreaks.ts'
import { RecyclePolicy } from './recyclePolicy.ts'
import { inPhase, Slot } from './slot.ts'
import { type SlotState, workerOf } from './slotState.ts'

const debug = debugLog('pool')

/** Milliseconds for a worker to write its stack into its log. */
const STACK_TIMEOUT_MS = 1_000

/** For a worker to write down its coverage. Whatever it has measured later belongs to the next lease. */
const FLUSH_TIMEOUT_MS = 1_000

/** For the message that a test has taken a worker which has ended. */
const TAKE_TIMEOUT_MS = 50

/** The pool's way to processes. */
export interface PoolCollaborators {
  readonly runtime: Runtime
  readonly startWorker: typeof startWorker
}

/** The events of workers that the pool handles. */
export interface WorkerEvents {
  ready(): void
  /** @param state the state of its slot before the end */
  ended(state: SlotState, exit: Exit): void
  /** @param isHopeless whether no other worker is expected to come up either */
  failedToStart(error: Error & { code?: string }, isHopeless: boolean): void
  used(leaseId: string, files: string[]): void
}

/** The workers of a pool, each from its start to its end. */
export class Workers {
  readonly streaks = new FailureStreaks()
  readonly #run: Run
  readonly #processes: PoolCollaborators
  readonly #events: WorkerEvents
  readonly #slots = new Map<string, Slot>()
  #started = 0
  #cameUp = 0
  #stopped = false

  constructor(run: Run, processes: PoolCollaborators, events: WorkerEvents) {
    this.#run = run
    this.#processes = processes
    this.#events = events
  }

  /** How many workers have come up so far. */
  get cameUp(): number {
    return this.#cameUp
  }

  /** The slots of the workers that start, serve or leave, in the order of their start. */
  slots(): Slot[] {
    return [...this.#slots.values()]
  }

  get(id: string): Slot | undefined {
    return this.#slots.get(id)
  }

  start(): void {
    const { runtime } = this.#processes
    const slot = new Slot(
      `w${++this.#started}`,
      runtime.epoch,
      runtime.start(this.slots().map(({ up }) => up)),
    )
    this.#slots.set(slot.id, slot)
    slot.gone = this.#live(slot).then(
      (exit) => this.#noteExit(slot, exit),
      (error: Error & { code?: string }) => this.#noteFailedStart(slot, error),
    )
  }

  retire(slot: Slot): void {
    if (slot.phase === 'leaving') return
    debug('%s is retired; it was %s', slot.id, slot.phase)
    slot.dispatch({ type: 'retire' })
    this.end(slot)
  }

  /** Asks the worker of a slot that is leaving to end, and kills it after `stopTimeout`. */
  end({ id, state, up }: Slot): void {
    const worker = workerOf(state)
    // No test holds a worker that is still starting, so it is killed at once.
    if (!worker) return void up.then(({ forkserver }) => forkserver.kill(id)).catch(() => {})
    worker.askToExit()
    killUnlessGone(worker, this.#run.options.stopTimeout)
  }

  /**
   * Calls the function of `reset` in a shared worker that no test holds.
   *
   * @returns whether the worker can serve another lease
   */
  async reset({ state }: Slot): Promise<boolean> {
    const { reset, resetTimeout } = this.#run.options
    const worker = workerOf(state)
    if (reset === undefined || !worker) return true
    const late = () => `has not ended within ${resetTimeout} ms (resetTimeout).`
    const problem = await withDeadline(worker.reset(reset), resetTimeout, reset).catch(late)
    if (problem !== undefined) this.#processes.runtime.announce(explainReset(worker, reset, problem))
    return problem === undefined
  }

  /** Has a shared worker that no test holds write down what coverage.py has measured. */
  async flush({ state }: Slot): Promise<void> {
    const worker = workerOf(state)
    if (!this.#run.options.measuring || !worker) return
    await withDeadline(worker.flush(), FLUSH_TIMEOUT_MS, 'the coverage').catch(() => {})
  }

  /** Ends a worker because this call in it can neither be waited for nor be interrupted. */
  killUnresponsive(slot: Slot, call: string): void {
    const worker = workerOf(slot.state)
    if (!worker) return
    slot.dispatch({ type: 'retire', reason: `${call} ${WENT_ON}` })
    worker.abort()
    killUnlessGone(worker, STACK_TIMEOUT_MS)
  }

  /** Starts none from now on, and ends all. */
  async stop(): Promise<void> {
    this.#stopped = true
    const stopping = this.#processes.runtime.stopStarting()
    const slots = this.slots()
    for (const slot of slots) this.retire(slot)
    await stopping
    await Promise.all(slots.map((slot) => slot.gone))
  }

  /** Whether its modules have changed since it imported them. */
  isOutdated(slot: Slot): boolean {
    return slot.epoch !== this.#processes.runtime.epoch
  }

  /** Begins a new epoch if modules have changed. Returns whether it did. */
  refresh(): boolean {
    if (this.#stopped || !this.#processes.runtime.outdate()) return false
    this.streaks.reset()
    this.#retireOutdated()
    return true
  }

  /** Spawns the workers that start from now on, if a fork may have broken this one. Returns whether it may have. */
  distrustForks(worker: Worker, exit: Exit): boolean {
    const fork = suspectFork(worker, exit)
    if (!fork || !this.#processes.runtime.distrustForks(explainDistrust(worker, fork))) return false
    this.#retireOutdated()
    return true
  }

  /** One worker from its start to its end. */
  async #live(slot: Slot): Promise<Exit> {
    const python = await slot.up
    // Retired meanwhile: there is no process yet, and none is needed.
    if (this.#stopped) throw new Error(`${slot.id} was retired before its start.`)
    const { options } = this.#run
    const worker = await this.#processes.startWorker({
      ...python,
      id: slot.id,
      run: this.#run,
      onProcess: (identity) => python.record(slot.id, identity),
      onUsed: this.#events.used,
    })
    slot.recycling = await RecyclePolicy.begin(worker, options.recycle)
    slot.dispatch({ type: 'ready', worker })
    this.streaks.cameUp()
    this.#cameUp += 1
    debug('%s is ready, pid %d', slot.id, worker.pid)
    if (slot.phase === 'leaving') this.end(slot)
    else if (this.#stopped || this.isOutdated(slot)) this.retire(slot)
    this.#events.ready()
    return worker.exited
  }

  /** Waits if a test may have taken the worker and called it: the call is faster than the message about the test. */
  async #noteExit(slot: Slot, exit: Exit): Promise<void> {
    slot.hasExited = true
    if (slot.phase === 'prefetched') await new Promise((resolve) => setTimeout(resolve, TAKE_TIMEOUT_MS))
    this.#noteEnd(slot, exit)
  }

  #noteEnd(slot: Slot, exit: Exit): void {
    const { state } = slot
    debug('%s %s while it was %s', slot.id, describeExit(exit), state.phase)
    if (state.phase === 'idle') this.streaks.diedIdle()
    this.#remove(slot)
    this.#events.ended(state, exit)
  }

  #noteFailedStart(slot: Slot, error: Error & { code?: string }): void {
    debug('%s did not start: %s', slot.id, error.message)
    this.#remove(slot)
    if (this.#stopped) return
    // The modules have changed since, and may be importable now.
    if (this.isOutdated(slot)) return this.#events.ready()
    this.streaks.failedToStart()
    this.#events.failedToStart(error, this.#slots.size === 0 || this.streaks.startsAreHopeless)
  }

  #retireOutdated(): void {
    for (const slot of inPhase(this.#slots.values(), 'idle')) this.retire(slot)
    this.#endOutdatedForkservers()
  }

  #remove(slot: Slot): void {
    slot.dispatch({ type: 'exit' })
    this.#slots.delete(slot.id)
    this.#endOutdatedForkservers()
  }

  #endOutdatedForkservers(): void {
    this.#processes.runtime.endOutdated(new Set(this.slots().map(({ epoch }) => epoch)))
  }
}

function killUnlessGone(worker: Worker, timeout: number): void {
  const kill = setTimeout(() => {
    debug('%s has not exited within %d ms and is killed', worker.id, timeout)
    worker.kill()
  }, timeout)
  void worker.exited.then(() => clearTimeout(kill))
}
