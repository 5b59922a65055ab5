import type { Client } from '@grpc/grpc-js'
import { callerOf } from '../errors/errors.ts'
import type { Arguments, CallOptions } from './callOptions.ts'
import type { LeasedPython, PythonClient, StubConstructor } from './pythonClient.ts'
import type { PythonRef } from './ref.ts'

/** A leased process as one of several tests sees it: calls have that test's options where they name no others. */
export class PythonView implements PythonClient {
  readonly runId: string
  readonly workerId: string
  readonly pid: number
  readonly #python: LeasedPython
  readonly #defaults: CallOptions

  constructor(python: LeasedPython, defaults: CallOptions) {
    this.#python = python
    this.#defaults = defaults
    this.runId = python.runId
    this.workerId = python.workerId
    this.pid = python.pid
  }

  call<T = unknown>(name: string, args?: Arguments, options?: CallOptions): Promise<T> {
    return this.#python.call(name, args, { ...this.#defaults, ...options }, callerOf(this.call))
  }

  stream<T = unknown>(
    name: string,
    args?: Arguments,
    options?: CallOptions,
  ): AsyncGenerator<T, void, undefined> {
    return this.#python.stream(name, args, { ...this.#defaults, ...options }, callerOf(this.stream))
  }

  ref(name: string, args?: Arguments, options?: CallOptions): Promise<PythonRef> {
    return this.#python.ref(name, args, { ...this.#defaults, ...options }, callerOf(this.ref))
  }

  eval<T = unknown>(source: TemplateStringsArray | string, ...values: unknown[]): Promise<T> {
    const here = callerOf(this.eval)
    return this.#python.run('EVAL', source, values, this.#defaults, here) as Promise<T>
  }

  async exec(source: TemplateStringsArray | string, ...values: unknown[]): Promise<void> {
    await this.#python.run('EXEC', source, values, this.#defaults, callerOf(this.exec))
  }

  client<C extends Client>(stub: StubConstructor<C>): C {
    return this.#python.client(stub)
  }
}
