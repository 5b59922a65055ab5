import { AsyncLocalStorage } from 'node:async_hooks'
import type { RunContext } from '../../client/lease/context.ts'
import type { Leftovers } from '../leases/leftovers.ts'
import type { OpenLease } from '../leases/openLease.ts'
import { StartedBy } from '../leases/startedBy.ts'
import type { TestLeases } from '../leases/testLeases.ts'
import type { CircusTest } from './circus.ts'
import type { JestLeaks } from './leaks.ts'

/** Opens the leases of a test, by its full name, or of the file. */
export type OpenLeases = (test: string) => Promise<TestLeases>

/** A test, or the file around it, as a holder of leases. It takes none before its first use. */
class Scope {
  readonly #open: OpenLeases
  readonly #test: string
  #leases: Promise<TestLeases> | undefined
  #client: Promise<OpenLease> | undefined

  constructor(open: OpenLeases, test: string) {
    this.#open = open
    this.#test = test
  }

  leases(): Promise<TestLeases> {
    this.#leases ??= this.#open(this.#test)
    return this.#leases
  }

  client(): Promise<OpenLease> {
    this.#client ??= this.leases().then((leases) => leases.lease())
    return this.#client
  }

  async finishOutput(): Promise<void> {
    const client = await this.#client?.catch(() => undefined)
    await client?.endTest()
  }

  /** @returns the processes that its leases have left behind */
  async end(): Promise<Leftovers | undefined> {
    // Does not wait for the client, which may wait long for its lease. A lease that comes too late is released.
    const leases = await this.#leases?.catch(() => undefined)
    await leases?.releaseAll()
    return leases?.leftBehind(this.#test === '')
  }
}

/** Finds the holder of the leases that the running code uses: its test, or the file outside of tests. */
export class JestScopes {
  readonly #open: OpenLeases
  readonly #file: Scope
  readonly #concurrent = new AsyncLocalStorage<Scope>()
  readonly #tests = new Map<CircusTest, Scope>()
  readonly #leaks: JestLeaks
  #test: Scope | undefined
  #startedBy: StartedBy<CircusTest> | undefined

  /** @param leaks learns which processes are left behind */
  constructor(open: OpenLeases, leaks: JestLeaks) {
    this.#open = open
    this.#leaks = leaks
    this.#file = new Scope(open, '')
  }

  /** The holder of the leases that `pythonPool` takes. */
  get holder(): Scope {
    return this.#concurrent.getStore() ?? this.#test ?? this.#file
  }

  /** Resolves to the process that `python` means; with `isolation: 'file'` it is the file's. */
  async client({ isolation }: RunContext): Promise<OpenLease> {
    const holder = isolation === 'file' ? this.#file : this.holder
    const client = await holder.client()
    if (holder === this.#file) this.#startedBy ??= new StartedBy(client)
    return client
  }

  begin(test: CircusTest): void {
    this.#startedBy?.change(this.#running)
    const scope = new Scope(this.#open, nameOf(test))
    this.#tests.set(test, scope)
    if (!test.concurrent) this.#test = scope
    else {
      const { fn } = test
      if (fn) test.fn = () => this.#concurrent.run(scope, fn)
    }
  }

  async finish(test: CircusTest): Promise<void> {
    this.#startedBy?.change(this.#running)
    this.#leaks.blame(test, await this.#tests.get(test)?.end())
    await this.#file.finishOutput()
    this.#tests.delete(test)
    this.#test = undefined
  }

  async end(): Promise<void> {
    for (const test of this.#tests.keys()) await this.finish(test)
    this.#leaks.blameTests(await this.#file.end(), this.#startedBy)
  }

  get #running(): ReadonlySet<CircusTest> {
    return new Set(this.#tests.keys())
  }
}

function nameOf(test: CircusTest): string {
  const names = [test.name]
  // Circus adds the outermost block itself.
  for (let block = test.parent; block?.parent; block = block.parent) names.unshift(block.name)
  return names.join(' > ')
}
