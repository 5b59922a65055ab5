import type { Caller } from '../errors/caller.ts'
import type { Arguments, CallOptions } from '../session/callOptions.ts'
import { type CallRequest, type CodeRequest, CodeSurface } from './callSurface.ts'
import type { LeasedPython } from './leasedPython.ts'

/** Calls of a process that is leased with the first of them. */
export abstract class LazyPython extends CodeSurface {
  /** Resolves to the client that a call is for. Leases the process first, unless that was done. */
  abstract ready(): Promise<LeasedPython>

  override async invoke(request: CallRequest, args: Arguments, options: CallOptions, here: Caller) {
    const client = await this.ready()
    return client.invoke(request, args, options, here)
  }

  override async *iterate(name: string, args: Arguments, options: CallOptions, here: Caller) {
    const client = await this.ready()
    yield* client.iterate(name, args, options, here)
  }

  override async evaluate(request: CodeRequest, options: CallOptions, here: Caller) {
    const client = await this.ready()
    return client.evaluate(request, options, here)
  }
}
