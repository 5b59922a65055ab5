import type { Client, ClientOptions } from '@grpc/grpc-js'
import type { Caller } from '../errors/caller.ts'
import type { Arguments, CallOptions } from '../session/callOptions.ts'
import type { PythonTls } from '../wire/tls.ts'
import { type CallRequest, type CodeRequest, CodeSurface } from './callSurface.ts'
import type { LeasedPython } from './leasedPython.ts'
import type { PythonClient, StubConstructor } from './pythonClient.ts'
import type { StubChannels } from './stubChannel.ts'

/** A leased process as one of its tests sees it: calls take the options of that test unless they name their own. */
export class PythonView extends CodeSurface implements PythonClient {
  readonly runId: string
  readonly workerId: string
  readonly pid: number
  readonly address: string
  readonly metadata: Readonly<Record<string, string>>
  readonly #python: LeasedPython
  readonly #defaults: CallOptions
  readonly #channels: StubChannels

  constructor(python: LeasedPython, defaults: CallOptions) {
    super()
    this.#python = python
    this.#defaults = defaults
    this.runId = python.runId
    this.workerId = python.workerId
    this.pid = python.pid
    this.address = python.address
    this.metadata = python.metadata
    this.#channels = python.stubChannels()
  }

  get tls(): PythonTls | undefined {
    return this.#python.tls
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

  client<C extends Client>(stub: StubConstructor<C>, options?: ClientOptions): C {
    return this.#python.client(stub, options, this.#channels)
  }

  /** Ends the calls of stubs that are still under way. */
  cancelCalls(): Promise<void> {
    return this.#channels.cancelCalls()
  }

  #withDefaults(options: CallOptions): CallOptions {
    return { ...this.#defaults, ...options }
  }
}
