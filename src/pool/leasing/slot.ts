import type { Holder } from '../../client/gen/vitest_python/v1/broker.ts'
import type { PythonUp } from '../python/python.ts'
import type { Worker } from '../python/worker.ts'
import type { LeaseRecord } from './leases.ts'
import type { Need } from './need.ts'
import type { PoolState } from './plan.ts'
import type { Wear } from './recycle.ts'

/** A worker in the hands of whoever asked for it. */
export interface Grant {
  lease: LeaseRecord
  worker: Worker
}

/** Who waits for a worker, and what to tell him. */
export interface Applicant {
  holder: Holder
  need: Need
  granted(grant: Grant): void
  /** @param code of docs/errors.md; empty where no worker became free */
  failed(message: string, code: string): void
  /** The granted worker ended before the lease did. */
  lost(message: string): void
  /** Others wait for the granted worker, which no test has taken yet. */
  recalled(): void
}

/** A request from its beginning to the end of its lease. Times are milliseconds since the epoch, by default now. */
export interface Application {
  /** A test uses the worker from now on, or waits for it. */
  take(holder: Holder, at?: number): void
  /** Ends the worker: a call in it, this one, can neither be waited for nor be interrupted. */
  stuck(call: string): void
  /**
   * Takes the request back or ends the lease; safe to repeat.
   *
   * @param how `busy`: a call may still be running; `intact`: a worker that no test took is as it was
   */
  end(how?: 'busy' | 'intact', at?: number): void
}

/** The place of one worker in the pool, from its start to its end. */
export interface Slot {
  readonly id: string
  state: 'starting' | 'idle' | 'ahead' | 'leased' | 'resting' | 'leaving'
  /** What it is started with. */
  readonly up: Promise<PythonUp>
  readonly epoch: number
  /** Not to be leased any more: what it has imported has changed. */
  outdated?: boolean
  worker?: Worker
  wear?: Wear
  lastFile?: string
  applicant?: Applicant
  /** It was asked back. */
  recalled?: 'asked' | 'unanswered' | undefined
  lease?: LeaseRecord
  /** Why we ended it though it was leased. */
  because?: string
  gone: Promise<void>
}

/** An applicant that has not been granted a worker yet. */
export interface Request extends Applicant {
  id: string
  expiry: NodeJS.Timeout | undefined
}

/** What `plan` needs to know of the slots. */
export function survey(slots: readonly Slot[]): Omit<PoolState, 'waiting' | 'maxWorkers' | 'spares'> {
  const idle = inState(slots, 'idle')
  const starting = inState(slots, 'starting').length
  const ahead = inState(slots, 'ahead')
  return {
    idle,
    starting,
    busy: slots.length - idle.length - starting,
    ahead: ahead.flatMap(({ id, recalled }) => (recalled ? [] : [id])),
    recalled: ahead.filter(({ recalled }) => recalled === 'asked').length,
    leaving: inState(slots, 'leaving').length,
  }
}

/** Who holds the workers that can be had again. */
export function servedBy(slots: readonly Slot[]): Holder[] {
  return inState(slots, 'leased', 'ahead').flatMap(({ lease }) => (lease ? [lease.holder] : []))
}

/** The slots in one of these states. */
export function inState(slots: Iterable<Slot>, ...states: Slot['state'][]): Slot[] {
  return [...slots].filter(({ state }) => states.includes(state))
}
