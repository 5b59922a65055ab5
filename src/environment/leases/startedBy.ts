import type { Caller } from '../../client/errors/caller.ts'
import type { TestListener } from './fileEnd.ts'
import type { Suspects } from './leakWatch.ts'

/** A lease that several tests of a file share. */
export interface SharedLease {
  suspects(): Suspects
  /** The first call since the last time that this was asked. */
  takeCaller(): Caller | undefined
}

/** The test that has started a process, and its first call. */
export interface Starter<Test> {
  readonly test: Test
  readonly caller: Caller | undefined
}

/** Which test of a file has started which process of the file's worker. */
export class StartedBy<Test extends object> implements TestListener {
  readonly #lease: SharedLease
  /** By pid; `undefined` if a hook started it, or if two tests ran at that time. */
  readonly #starters = new Map<number, Starter<Test> | undefined>()

  constructor(lease: SharedLease) {
    this.#lease = lease
  }

  change(running: ReadonlySet<object>): void {
    const caller = this.#lease.takeCaller()
    const { children, adopted } = this.#lease.suspects()
    const [test, second] = running as ReadonlySet<Test>
    for (const pid of [...children, ...adopted]) {
      if (!this.#starters.has(pid)) this.#starters.set(pid, test && !second ? { test, caller } : undefined)
    }
  }

  /** The test that has started a process; `undefined` if that is not certain. */
  of(pid: number): Starter<Test> | undefined {
    return this.#starters.get(pid)
  }
}
