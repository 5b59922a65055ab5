import type { WorkerLostError } from '../errors/errors.ts'
import type { LeaseUsage } from '../events/runEvents.ts'
import type { RunContext } from './context.ts'

/** Exclusive use of one worker, from its grant to `release`. */
export interface Lease {
  readonly context: RunContext
  readonly leaseId: string
  readonly workerId: string
  /** gRPC target of the worker. */
  readonly address: string
  /** Path of its session socket, or `tls:host:port`; empty if sessions go over gRPC. */
  readonly session: string
  /** Name of the machine of the worker; empty if it is this one. */
  readonly node: string
  readonly pid: number
  /** The process that adopts the orphans of the worker; 0 if it is not known. */
  readonly reaperPid: number
  /** The file with the output of the worker. */
  readonly log: string
  /** How long the test that claimed it has waited for it, in milliseconds. */
  readonly waited: number
  /** When it was requested, in milliseconds since the epoch. */
  readonly requestedAt: number
  /** When the pool granted it. */
  readonly grantedAt: number
  /** Resolves if the worker ends before the lease does; never rejects. */
  readonly lost: Promise<WorkerLostError>
  /** Resolves if other tests wait for the worker and no test has taken it yet. */
  readonly recalled: Promise<void>
  /** Has the pool kill the worker because this call in it cannot be interrupted. `lost` then names the line it was in. */
  killUnresponsive(call: string): void
  /**
   * Gives the worker back. Safe to repeat.
   *
   * @param busy whether an abandoned call may still be running. Default: false
   * @param usage the calls of the test, and their time
   */
  release(busy?: boolean, usage?: LeaseUsage): void
}
