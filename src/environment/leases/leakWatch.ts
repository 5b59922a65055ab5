import type { Lease } from '../../client/lease/lease.ts'
import type { ChildrenWatch } from '../../process/system/operatingSystem.ts'
import { system } from '../../process/system/system.ts'
import { setImmediate } from '../../support/clock.ts'

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
  readonly #worker: ChildrenWatch | undefined
  readonly #reaper: ChildrenWatch | undefined
  readonly #before: ReadonlySet<number>
  #closed = false

  constructor({ pid, reaperPid, context }: Pick<Lease, 'pid' | 'reaperPid' | 'context'>) {
    // A shared worker goes on after the lease, and so may its children.
    const looks = context.blame === 'test' && context.isolation !== 'shared'
    this.#worker = looks ? system.watchChildren?.(pid) : undefined
    this.#reaper = looks && reaperPid !== 0 ? system.watchChildren?.(reaperPid) : undefined
    this.#reaper?.prepare()
    this.#before = new Set(this.#reaper?.read())
    // The test has called Python by then, and waits for it.
    if (looks) setImmediate(() => this.#prepare())
  }

  look(): Suspects {
    return {
      children: this.#worker?.read() ?? [],
      adopted: this.#reaper?.read().filter((pid) => !this.#before.has(pid)) ?? [],
      unlisted: !system.watchChildren,
    }
  }

  /** Looks no more, and closes the files when the release of the lease is on its way. */
  close(): void {
    this.#closed = true
    setImmediate(() => {
      this.#worker?.close()
      this.#reaper?.close()
    })
  }

  #prepare(): void {
    if (!this.#closed) this.#worker?.prepare()
  }
}
