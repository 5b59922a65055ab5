import type { RunContext } from '../../client/lease/context.ts'
import type { PoolStats } from '../../client/lease/stats.ts'
import { LazyPython } from '../../client/python/lazyPython.ts'
import type { PythonClient, PythonCode } from '../../client/python/pythonClient.ts'
import type { OpenLease } from '../leases/openLease.ts'
import type { LeasedClient, PythonPool } from '../leases/pythonPool.ts'
import type { Realm } from './realm.ts'
import type { JestScopes } from './scopes.ts'

/** The global `python`: the process of the running test, leased with its first use. */
export interface JestPython extends PythonCode {
  /**
   * Leases the test's process, unless that was done, and resolves to its client, which also has `client(Stub)` and `pid`.
   *
   * @throws {@link LeaseError} if no process can be leased.
   */
  ready(): Promise<PythonClient>
}

/** The globals of a test file. The session adopts the values and errors of calls; this adopts errors of leasing. */
export class FilePython extends LazyPython implements JestPython, PythonPool {
  readonly #context: () => Promise<RunContext>
  readonly #scopes: JestScopes
  readonly #realm: Realm

  constructor(context: () => Promise<RunContext>, scopes: JestScopes, realm: Realm) {
    super()
    this.#context = context
    this.#scopes = scopes
    this.#realm = realm
  }

  override invoke(...request: Parameters<LazyPython['invoke']>): Promise<unknown> {
    return this.#realm.adopt(super.invoke(...request))
  }

  override evaluate(...request: Parameters<LazyPython['evaluate']>): Promise<unknown> {
    return this.#realm.adopt(super.evaluate(...request))
  }

  override ready(): Promise<OpenLease> {
    return this.#adopted(async () => this.#scopes.client(await this.#context()))
  }

  lease(): Promise<LeasedClient> {
    const { holder } = this.#scopes
    return this.#adopted(async () => (await holder.leases()).lease())
  }

  stats(): Promise<PoolStats> {
    const { holder } = this.#scopes
    return this.#adopted(async () => (await holder.leases()).stats())
  }

  #adopted<T>(work: () => Promise<T>): Promise<T> {
    return this.#realm.adoptLater(work())
  }
}
