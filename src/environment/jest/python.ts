import { callerOf } from '../../client/errors/errors.ts'
import type { RunContext } from '../../client/lease/context.ts'
import type { PoolStats } from '../../client/lease/stats.ts'
import type { Arguments, CallOptions } from '../../client/session/callOptions.ts'
import type { PythonClient } from '../../client/session/pythonClient.ts'
import type { PythonRef } from '../../client/session/ref.ts'
import type { LeasedClient, OpenLease, PythonPool } from '../leases/pool.ts'
import type { Realm } from './realm.ts'
import type { JestScopes } from './scopes.ts'

/** What the global `python` is: the Python process of the test that runs, leased with its first use. */
export interface JestPython extends Pick<PythonClient, 'call' | 'stream' | 'ref' | 'eval' | 'exec'> {
  /** Leases the test's process, unless that was done, and resolves to its client, which has `client(Stub)` and `pid`. */
  ready(): Promise<PythonClient>
}

/** The globals of a test file. */
export class FilePython implements JestPython, PythonPool {
  readonly #context: () => Promise<RunContext>
  readonly #scopes: JestScopes
  readonly #realm: Realm

  constructor(context: () => Promise<RunContext>, scopes: JestScopes, realm: Realm) {
    this.#context = context
    this.#scopes = scopes
    this.#realm = realm
  }

  call<T = unknown>(name: string, args?: Arguments, options?: CallOptions): Promise<T> {
    const here = callerOf(this.call)
    return this.#with((client) => client.call<T>(name, args, options, here))
  }

  async *stream<T = unknown>(
    name: string,
    args?: Arguments,
    options?: CallOptions,
  ): AsyncGenerator<T, void, undefined> {
    const here = callerOf(this.stream)
    const client = await this.#with(async (client) => client)
    yield* client.stream<T>(name, args, options, here)
  }

  ref(name: string, args?: Arguments, options?: CallOptions): Promise<PythonRef> {
    const here = callerOf(this.ref)
    return this.#with((client) => client.ref(name, args, options, here))
  }

  eval<T = unknown>(source: TemplateStringsArray | string, ...values: unknown[]): Promise<T> {
    const here = callerOf(this.eval)
    return this.#with((client) => client.run('EVAL', source, values, {}, here) as Promise<T>)
  }

  async exec(source: TemplateStringsArray | string, ...values: unknown[]): Promise<void> {
    const here = callerOf(this.exec)
    await this.#with((client) => client.run('EXEC', source, values, {}, here))
  }

  ready(): Promise<PythonClient> {
    return this.#with(async (client) => client)
  }

  lease(): Promise<LeasedClient> {
    const leasing = async () => {
      const pool = await this.#scopes.holder.pool()
      return pool.lease()
    }
    return this.#realm.adoptLater(leasing())
  }

  stats(): Promise<PoolStats> {
    const asking = async () => (await this.#scopes.holder.pool()).stats()
    return this.#realm.adoptLater(asking())
  }

  /** Errors of the lease itself become the file's own here; those of calls, and values, are. */
  #with<T>(use: (client: OpenLease) => Promise<T>): Promise<T> {
    const leasing = async () => this.#scopes.client(await this.#context())
    return this.#realm.adoptLater(leasing().then(use))
  }
}
