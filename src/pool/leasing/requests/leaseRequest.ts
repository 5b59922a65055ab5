import type { Holder } from '../../../client/gen/vitest_python/v1/broker.ts'
import type { Worker } from '../../python/worker.ts'
import type { LeaseRecord } from '../leaseLog.ts'
import type { Priority } from './priority.ts'

/** A request for a worker, and how its answers reach the test process. */
export interface LeaseRequest {
  readonly holder: Holder
  readonly priority: Priority
  granted(grant: LeaseGrant): void
  /** @param code of docs/errors.md; empty if no worker became free in time */
  failed(message: string, code: string): void
  /** The granted worker ended before the lease did. */
  lost(message: string): void
  /** Other tests wait for the granted worker, which no test has taken yet. */
  recalled(): void
}

/** A worker, and the lease under which it serves. */
export interface LeaseGrant {
  readonly lease: LeaseRecord
  readonly worker: Worker
}

/** A request from its beginning to the end of its lease. Times are milliseconds since the epoch; default: now. */
export interface LeaseHandle {
  /** A test uses the worker from now on, or waits for it. */
  take(holder: Holder, at?: number): void
  /** Ends the worker because this call in it can neither be waited for nor be interrupted. */
  killUnresponsive(call: string): void
  /**
   * Withdraws the request or ends the lease; safe to repeat.
   *
   * @param how `busy`: a call may still be running; `intact`: no test took the worker, so it is as it was
   */
  end(how?: 'busy' | 'intact', at?: number): void
}
