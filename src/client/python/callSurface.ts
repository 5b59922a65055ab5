import { type Caller, callerOf } from '../errors/caller.ts'
import type { Arguments, CallOptions } from '../session/callOptions.ts'
import type { PythonCalls, PythonCode, PythonRef } from './pythonClient.ts'

/** A function, or a method, to call. */
export interface CallRequest {
  readonly name: string
  /** Whether the result stays in Python. Default: `false`. */
  readonly keep?: boolean
}

/** Python source of a test, with the values that stand in it. */
export interface CodeRequest {
  readonly verb: 'EVAL' | 'EXEC'
  readonly source: TemplateStringsArray | string
  readonly values: readonly unknown[]
}

/**
 * The calls, on top of one way to carry them out. This module loads no gRPC, so that a test file that does not use
 * Python can have a client.
 */
// The types of functions are for the compiler alone, so a call here takes any name and returns any value.
export abstract class CallSurface implements PythonCalls {
  call<T = unknown>(name: string, args: Arguments = [], options: CallOptions = {}): Promise<T> {
    return this.invoke({ name }, args, options, callerOf(this.call)) as Promise<T>
  }

  ref(name: string, args: Arguments = [], options: CallOptions = {}): Promise<PythonRef> {
    return this.invoke({ name, keep: true }, args, options, callerOf(this.ref)) as Promise<PythonRef>
  }

  stream<T = unknown>(
    name: string,
    args: Arguments = [],
    options: CallOptions = {},
  ): AsyncGenerator<T, void, undefined> {
    const items = this.iterate(name, args, options, callerOf(this.stream))
    return items as AsyncGenerator<T, void, undefined>
  }

  /** @param here The place of the call in the test. */
  abstract invoke(request: CallRequest, args: Arguments, options: CallOptions, here: Caller): Promise<unknown>

  /** @param here The place of the call in the test. */
  abstract iterate(
    name: string,
    args: Arguments,
    options: CallOptions,
    here: Caller,
  ): AsyncGenerator<unknown, void, undefined>
}

/** The same with inline Python. */
export abstract class CodeSurface extends CallSurface implements PythonCode {
  eval<T = unknown>(source: TemplateStringsArray | string, ...values: unknown[]): Promise<T> {
    return this.evaluate({ verb: 'EVAL', source, values }, {}, callerOf(this.eval)) as Promise<T>
  }

  exec(source: TemplateStringsArray | string, ...values: unknown[]): Promise<void> {
    const done = this.evaluate({ verb: 'EXEC', source, values }, {}, callerOf(this.exec))
    return done.then(() => {})
  }

  /** @param here The place of the call in the test. */
  abstract evaluate(request: CodeRequest, options: CallOptions, here: Caller): Promise<unknown>
}
