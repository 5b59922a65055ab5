import type { Arguments, CallOptions } from '../client/call.ts'
import type { RunContext } from '../client/context.ts'
import { callerStack, LeaseError, pointAtCaller } from '../client/errors.ts'
import type { PythonClient } from '../client/pythonClient.ts'
import type { PythonRef } from '../client/ref.ts'
import type { PoolStats } from '../client/stats.ts'
import type { JestScopes } from './jestScopes.ts'
import type { LeasedClient, OpenLease, PythonPool } from './pool.ts'
import type { Realm } from './realm.ts'

/** What the global `python` is: the Python process of the test that runs, leased with its first use. */
export interface JestPython extends Pick<PythonClient, 'call' | 'stream' | 'ref' | 'eval' | 'exec'> {
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
    return this.#later((client) => client.call<T>(name, args, options), callerStack(this.call))
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

  ref(name: string, args?: Arguments, options?: CallOptions): Promise<PythonRef> {
    return this.#later((client) => client.ref(name, args, options), callerStack(this.ref))
  }

  eval<T = unknown>(source: TemplateStringsArray | string, ...values: unknown[]): Promise<T> {
    return this.#later((client) => client.eval<T>(source, ...values), callerStack(this.eval))
  }

  exec(source: TemplateStringsArray | string, ...values: unknown[]): Promise<void> {
    return this.#later((client) => client.exec(source, ...values), callerStack(this.exec))
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

  #later<T>(use: (client: OpenLease) => Promise<T>, here: string): Promise<T> {
    return this.#realm.adoptLater(pointing(this.#client().then(use), here))
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
  const inline: Pick<LeasedClient, 'ref' | 'eval' | 'exec'> = {
    ref: (...args) => realm.adoptLater(client.ref(...args)),
    eval: (...args) => realm.adoptLater(client.eval(...args)),
    exec: (...args) => realm.adoptLater(client.exec(...args)),
  }
  return {
    ...{ call, stream, ...inline, runId, workerId, pid, release, client: (stub) => client.client(stub) },
    [Symbol.asyncDispose]: release,
  }
}

/** The stack would show where the lease was waited for. */
function pointing<T>(promise: Promise<T>, here: string): Promise<T> {
  return promise.catch((error: unknown) => {
    throw error instanceof Error && !(error instanceof LeaseError) ? pointAtCaller(error, here) : error
  })
}
