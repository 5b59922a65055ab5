import type { Client, ClientOptions } from '@grpc/grpc-js'
import { CallError } from '../../client/errors/errors.ts'
import { DEFAULT_POOL } from '../../client/lease/context.ts'
import { LazyPython } from '../../client/python/lazyPython.ts'
import type { LeasedPython } from '../../client/python/leasedPython.ts'
import type { PythonClient, StubConstructor } from '../../client/python/pythonClient.ts'
import type { PythonTls } from '../../client/wire/tls.ts'

/** The global `python` of the environment: the process of the test file, leased with its first use. */
export interface PythonGlobal extends PythonClient {
  /**
   * Leases the process, unless that was done, and resolves to its client. From then on you can use every member of
   * `python`; before, `pid`, `runId`, `workerId`, `address`, `metadata`, `tls` and `client` throw.
   *
   * @throws {@link LeaseError} if no process can be leased.
   */
  ready(): Promise<PythonClient>
}

/** Loads nothing of the client before its first use. */
export class GlobalPython extends LazyPython implements PythonGlobal {
  readonly #lease: () => Promise<LeasedPython>
  #client: LeasedPython | undefined

  constructor(lease: () => Promise<LeasedPython>) {
    super()
    this.#lease = lease
  }

  override async ready(): Promise<LeasedPython> {
    this.#client ??= await this.#lease()
    return this.#client
  }

  get runId(): string {
    return this.#leased('runId').runId
  }

  get workerId(): string {
    return this.#leased('workerId').workerId
  }

  get pid(): number {
    return this.#leased('pid').pid
  }

  get address(): string {
    return this.#leased('address').address
  }

  get metadata(): Readonly<Record<string, string>> {
    return this.#leased('metadata').metadata
  }

  get tls(): PythonTls | undefined {
    return this.#leased('tls').tls
  }

  client<C extends Client>(stub: StubConstructor<C>, options?: ClientOptions): C {
    return this.#leased('client').client(stub, options)
  }

  #leased(member: string): LeasedPython {
    if (this.#client) return this.#client
    throw new CallError(
      'NOT_LEASED',
      `python.${member} needs a leased process: await python.ready() before you use it.`,
    )
  }
}

/** Gives a test file in the environment `python` its global. */
export function definePython(): void {
  const python = new GlobalPython(async () => (await import('./fileLease.ts')).leaseForFile(DEFAULT_POOL))
  Object.defineProperty(globalThis, 'python', { value: python, configurable: true, writable: true })
}
