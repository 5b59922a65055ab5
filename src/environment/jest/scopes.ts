import { AsyncLocalStorage } from 'node:async_hooks'
import type { RunContext } from '../../client/lease/context.ts'
import type { OpenLease } from '../leases/openLease.ts'
import type { TestLeases } from '../leases/testLeases.ts'

/** Of a test of jest-circus, what is used here. */
export interface CircusTest {
  name: string
  parent?: CircusBlock
  concurrent?: boolean
  fn?: (...args: unknown[]) => unknown
}

interface CircusBlock {
  name: string
  parent?: CircusBlock
}

/** What opens a pool for a holder. gRPC is loaded with the first one: a suite without Python does not pay for it. */
export type OpenPool = (test: string) => Promise<TestLeases>

/** One test, or the file around it: whoever holds leases. Takes none before it is asked. */
class Scope {
  readonly #open: OpenPool
  readonly #test: string
  #pool: Promise<TestLeases> | undefined
  #client: Promise<OpenLease> | undefined

  constructor(open: OpenPool, test: string) {
    this.#open = open
    this.#test = test
  }

  pool(): Promise<TestLeases> {
    this.#pool ??= this.#open(this.#test)
    return this.#pool
  }

  client(): Promise<OpenLease> {
    this.#client ??= this.pool().then((pool) => pool.lease())
    return this.#client
  }

  async finishOutput(): Promise<void> {
    const client = await this.#client?.catch(() => undefined)
    await client?.endTest()
  }

  async end(): Promise<void> {
    // Not the client: it may wait for a lease for long, and the pool gives back what comes too late.
    const pool = await this.#pool?.catch(() => undefined)
    await pool?.releaseAll()
  }
}

/** Who holds the leases of the code that runs now: its test; outside of tests, or with `isolation: 'file'`, the file. */
export class JestScopes {
  readonly #open: OpenPool
  readonly #file: Scope
  readonly #concurrent = new AsyncLocalStorage<Scope>()
  readonly #tests = new Map<CircusTest, Scope>()
  #test: Scope | undefined

  constructor(open: OpenPool) {
    this.#open = open
    this.#file = new Scope(open, '')
  }

  /** Whose leases `pythonPool` takes. */
  get holder(): Scope {
    return this.#concurrent.getStore() ?? this.#test ?? this.#file
  }

  /** Whose process `python` is. */
  client({ isolation }: RunContext): Promise<OpenLease> {
    return (isolation === 'file' ? this.#file : this.holder).client()
  }

  begin(test: CircusTest): void {
    const scope = new Scope(this.#open, nameOf(test))
    this.#tests.set(test, scope)
    if (!test.concurrent) this.#test = scope
    else {
      const { fn } = test
      if (fn) test.fn = () => this.#concurrent.run(scope, fn)
    }
  }

  async finish(test: CircusTest): Promise<void> {
    await this.#tests.get(test)?.end()
    await this.#file.finishOutput()
    this.#tests.delete(test)
    this.#test = undefined
  }

  async end(): Promise<void> {
    for (const test of this.#tests.keys()) await this.finish(test)
    await this.#file.end()
  }
}

function nameOf(test: CircusTest): string {
  const names = [test.name]
  // The outermost block is circus' own.
  for (let block = test.parent; block?.parent; block = block.parent) names.unshift(block.name)
  return names.join(' > ')
}
