import type {
  LeaseEvent,
  LeaseUsage,
  RecordedCall,
  WorkerEvent,
  WorkerExit,
} from '../../client/events/runEvents.ts'
import type { Pool } from '../../pool/leasing/pool.ts'
import type { ForkserverEvent } from '../../pool/run/events.ts'
import type { Findings } from '../../pool/verdict/verdict.ts'
import { addFunctions } from '../model/functionCalls.ts'
import type { CallSpan, FunctionCalls, LeaseSpan, PoolReport, Report, WorkerSpan } from '../model/schema.ts'

/** Entries of each kind that a record keeps. The memory of a run of any length is bounded. */
export const LIMITS = { workers: 20_000, leases: 20_000, calls: 200_000 }

/** Everything that a report says about one run, while the run goes on. */
export class RunRecord {
  readonly pool: Pool
  readonly startedAt = Date.now()
  readonly #names = new Set<string>()
  readonly #workers = new Bounded<WorkerSpan>(LIMITS.workers)
  readonly #alive = new Map<string, WorkerSpan>()
  readonly #leases = new Bounded<LeaseSpan>(LIMITS.leases)
  readonly #open = new Map<string, LeaseSpan>()
  /** Leases that ended before their test process could report its calls: the worker crashed. */
  readonly #untold = new Map<string, LeaseSpan>()
  readonly #calls = new Bounded<CallSpan>(LIMITS.calls)
  #functions: FunctionCalls[] = []
  #startMethod: PoolReport['startMethod'] = null
  #end: { findings: Findings | undefined; failed: boolean } | undefined

  constructor(pool: Pool) {
    this.pool = pool
    pool.run.events.on((event) => {
      if (event.topic === 'lease') this.#noteLease(event)
      if (event.topic === 'worker') this.#noteWorker('worker', event.worker, event)
      if (event.topic !== 'forkserver') return
      this.#noteWorker('forkserver', event.forkserver, event)
      if (event.startMethod) this.#startMethod = event.startMethod === 'spawn' ? 'spawn' : 'fork'
    })
  }

  get id(): string {
    return this.pool.run.id
  }

  /** @param name of the pool, after that of its project */
  addName(name: string): void {
    this.#names.add(name)
  }

  /** The processes that are up on this machine, with their IDs. */
  get alive(): { id: string; pid: number }[] {
    const here = [...this.#alive.values()].filter(({ node }) => node === undefined)
    return here.flatMap(({ id, pid }) => (pid === null ? [] : [{ id, pid }]))
  }

  end(findings: Findings | undefined, failed: boolean): void {
    for (const [id, lease] of this.#untold) {
      const usage = this.pool.leases.get(id)?.usage
      if (usage) this.#noteUsage(lease, usage)
    }
    this.#end = { findings, failed }
  }

  /** `undefined` while the run goes on. */
  get ending(): { findings: Findings | undefined; failed: boolean } | undefined {
    return this.#end
  }

  /** The method in use; `null` if no forkserver came up. */
  get startMethod(): PoolReport['startMethod'] {
    return this.#startMethod
  }

  get names(): string[] {
    return [...this.#names]
  }

  get lists() {
    return {
      workers: this.#workers.kept,
      leases: this.#leases.kept,
      calls: this.#calls.kept,
      functions: this.#functions,
      cut: [this.#workers.cut('workers'), this.#leases.cut('leases'), this.#calls.cut('calls')].flat(),
    }
  }

  #noteWorker(kind: WorkerSpan['kind'], id: string, event: WorkerEvent | ForkserverEvent): void {
    const { at, pid, node } = event
    if (event.event === 'started') {
      const times = { from: at, ready: null, until: null, exit: null }
      const span = { run: this.id, id, kind, pid, ...(node !== undefined && { node }), ...times }
      this.#alive.set(id, span)
      this.#workers.add(span)
    }
    const span = this.#alive.get(id)
    if (span && event.event === 'ready') span.ready = at
    if (!span || event.event !== 'ended') return
    span.until = at
    span.exit = event.exit ? exitOf(event.exit) : null
    this.#alive.delete(id)
  }

  #noteLease({ event, at, lease: id, worker, file, test, usage }: LeaseEvent): void {
    if (id === undefined) return
    if (event === 'granted') {
      const span = {
        run: this.id,
        id,
        worker: worker ?? '',
        file,
        test,
        from: at,
        taken: null,
        until: null,
        wait: 0,
        peakMemory: 0,
      }
      this.#open.set(id, span)
      this.#leases.add(span)
    }
    const span = this.#open.get(id)
    if (!span) return
    if (event === 'taken') Object.assign(span, { taken: span.taken ?? at, file, test })
    if (event !== 'closed') return
    span.until = at
    this.#open.delete(id)
    if (usage) this.#noteUsage(span, usage)
    else if (span.taken !== null && this.#untold.size < LIMITS.leases) this.#untold.set(id, span)
  }

  #noteUsage(span: LeaseSpan, usage: LeaseUsage): void {
    span.wait = usage.waited
    span.peakMemory = usage.peakMemory
    const counted = usage.functions.map(({ name, count, failed, total, longest, histogram }) => ({
      name,
      calls: count,
      failures: failed,
      total,
      max: longest,
      histogram: [...histogram],
    }))
    this.#functions = addFunctions([...this.#functions, ...counted])
    for (const call of usage.calls) this.#calls.add(callSpan(span, call))
    this.#calls.leaveOut(usage.callsLeftOut)
  }
}

function callSpan(
  { run, worker, id }: LeaseSpan,
  { name, began, duration, failed, error }: RecordedCall,
): CallSpan {
  const text = failed ? (error ?? 'failed') : null
  return { run, worker, lease: id, name, from: began, until: began + duration, error: text }
}

function exitOf({ status, signal, cause }: WorkerExit): NonNullable<WorkerSpan['exit']> {
  return { status, signal, cause, crashed: cause === 'by itself' }
}

/** A list that stops growing at a limit, and counts the entries that it left out. */
class Bounded<T> {
  readonly kept: T[] = []
  readonly #limit: number
  #left = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  add(entry: T): void {
    if (this.kept.length < this.#limit) this.kept.push(entry)
    else this.#left += 1
  }

  leaveOut(count: number): void {
    this.#left += count
  }

  cut(what: Report['cut'][number]['what']): Report['cut'] {
    return this.#left === 0 ? [] : [{ what, kept: this.kept.length, left: this.#left }]
  }
}
