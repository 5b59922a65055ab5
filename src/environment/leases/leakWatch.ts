import type { Lease } from '../../client/lease/lease.ts'
import { system } from '../../process/system/system.ts'

/** The processes that a lease may leave behind. */
export interface Suspects {
  /** Children of its worker. */
  readonly children: readonly number[]
  /** Processes that the reaper has adopted since the lease began, whichever worker they come from. */
  readonly adopted: readonly number[]
  /** Whether this system does not list children, so that there may be others. */
  readonly unlisted: boolean
}

/**
 * Looks for processes that a lease may leave behind. That takes a fraction of a millisecond, because it asks neither
 * Python nor the pool. A process whose parent has ended is a child of the reaper.
 */
export class LeakWatch {
  readonly #worker: number
  readonly #reaper: number
  readonly #before: ReadonlySet<number>

  constructor({ pid, reaperPid, context }: Pick<Lease, 'pid' | 'reaperPid' | 'context'>) {
    // A shared worker goes on after the lease, and so may its children.
    const looks = context.blame === 'test' && context.isolation !== 'shared'
    this.#worker = looks ? pid : 0
    this.#reaper = looks ? reaperPid : 0
    this.#before = new Set(this.#childrenOf(reaperPid))
  }

  look(): Suspects {
    return {
      children: this.#childrenOf(this.#worker),
      adopted: this.#childrenOf(this.#reaper).filter((pid) => !this.#before.has(pid)),
      unlisted: !system.childrenOf,
    }
  }

  #childrenOf(pid: number): number[] {
    return pid === 0 ? [] : (system.childrenOf?.(pid) ?? [])
  }
}
