import type { Arguments, CallOptions } from '../client/call.ts'
import type { RunContext } from '../client/context.ts'
import { callerStack, LeaseError, pointAtCaller } from '../client/errors.ts'
import type { PythonClient } from '../client/pythonClient.ts'
import type { PoolStats } from '../client/stats.ts'
import type { JestScopes } from './jestScopes.ts'
import type { LeasedClient, OpenLease, PythonPool } from './pool.ts'
import type { Realm } from './realm.ts'

/** What the global `python` is: the Python process of the test that runs, leased with its first use. */
export interface JestPython extends Pick<PythonClient, 'call' | 'stream'> {
  /** Leases the test's process, unless that was done, and resolves to its client, which has `client(Stub)` and `pid`. */
  ready(): Promise<PythonClient>
}

/** The globals of a test file. */
export class FilePython implements JestPython, PythonPool {
  readonly #context: () => RunContext
  readonly #scopes: JestScopes
  readonly #realm: Realm

  constructor(context: () => RunContext, scopes: JestScopes, realm: Realm) {
    this.#context = context
    this.#scopes = scopes
    this.#realm = realm
  }

  call<T = unknown>(name: string, args?: Arguments, options?: CallOptions): Promise<T> {
    const here = callerStack(this.call)
    return this.#realm.adoptLater(pointing(this.#call<T>(name, args, options), here))
  }

  async *stream<T = unknown>(
    name: string,
    args?: Arguments,
    options?: CallOptions,
  ): AsyncGenerator<T, void, undefined> {
    try {
      const client = await this.#client()
      for await (const item of client.stream<T>(name, args, options)) yield this.#realm.adopt(item)
    } catch (error) {
      throw this.#realm.adopt(error)
    }
  }

  ready(): Promise<PythonClient> {
    return this.#realm.adoptLater(this.#client().then((client) => inRealm(client, this.#realm)))
  }

  lease(): Promise<LeasedClient> {
    const leasing = async () => {
      this.#context()
      const pool = await this.#scopes.holder.pool()
      return inRealm(await pool.lease(), this.#realm)
    }
    return this.#realm.adoptLater(leasing())
  }

  stats(): Promise<PoolStats> {
    const asking = async () => (await this.#scopes.holder.pool()).stats()
    return this.#realm.adoptLater(asking())
  }

  async #client(): Promise<OpenLease> {
    return this.#scopes.client(this.#context())
  }

  async #call<T>(name: string, args?: Arguments, options?: CallOptions): Promise<T> {
    const client = await this.#client()
    return client.call<T>(name, args, options)
  }
}

/** A client whose values and errors are of the test file's own classes. */
function inRealm(client: OpenLease, realm: Realm): LeasedClient {
  const call: LeasedClient['call'] = (...args) => realm.adoptLater(client.call(...args))
  const stream: LeasedClient['stream'] = async function* <T>(...args: Parameters<OpenLease['stream']>) {
    try {
      for await (const item of client.stream<T>(...args)) yield realm.adopt(item)
    } catch (error) {
      throw realm.adopt(error)
    }
  }
  const { runId, workerId, pid } = client
  const release = () => client.release()
  return {
    ...{ call, stream, runId, workerId, pid, release, client: (stub) => client.client(stub) },
    [Symbol.asyncDispose]: release,
  }
}

/** The stack would show where the lease was waited for. */
function pointing<T>(promise: Promise<T>, here: string): Promise<T> {
  return promise.catch((error: unknown) => {
    throw error instanceof Error && !(error instanceof LeaseError) ? pointAtCaller(error, here) : error
  })
}
