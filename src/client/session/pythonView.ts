import type { Client } from '@grpc/grpc-js'
import type { Caller } from '../errors/caller.ts'
import type { Arguments, CallOptions } from './callOptions.ts'
import { type CallRequest, type CodeRequest, CodeSurface } from './callSurface.ts'
import type { LeasedPython } from './leasedPython.ts'
import type { PythonClient, StubConstructor } from './pythonClient.ts'

/** A leased process as one of its tests sees it: calls take the options of that test unless they name their own. */
export class PythonView extends CodeSurface implements PythonClient {
  readonly runId: string
  readonly workerId: string
  readonly pid: number
  readonly #python: LeasedPython
  readonly #defaults: CallOptions

  constructor(python: LeasedPython, defaults: CallOptions) {
    super()
    this.#python = python
    this.#defaults = defaults
    this.runId = python.runId
    this.workerId = python.workerId
    this.pid = python.pid
  }

  override invoke(request: CallRequest, args: Arguments, options: CallOptions, here: Caller) {
    return this.#python.invoke(request, args, this.#withDefaults(options), here)
  }

  override iterate(name: string, args: Arguments, options: CallOptions, here: Caller) {
    return this.#python.iterate(name, args, this.#withDefaults(options), here)
  }

  override evaluate(request: CodeRequest, options: CallOptions, here: Caller) {
    return this.#python.evaluate(request, this.#withDefaults(options), here)
  }

  client<C extends Client>(stub: StubConstructor<C>): C {
    return this.#python.client(stub)
  }

  #withDefaults(options: CallOptions): CallOptions {
    return { ...this.#defaults, ...options }
  }
}
