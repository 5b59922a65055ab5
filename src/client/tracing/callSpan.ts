import type { Attributes, Context, Span } from '@opentelemetry/api'
import { epoch } from '../../support/clock.ts'
import type { PythonFailure, Timing, TraceContext } from '../gen/vitest_python/v1/bridge.ts'
import { describeThrown, failSpan } from './failSpan.ts'
import { guarded } from './guarded.ts'
import { findTracing, type Tracing } from './openTelemetry.ts'
import { describeContext, withSpan } from './traceContext.ts'

/** The worker that a call goes to. */
export interface CalledWorker {
  readonly workerId: string
  readonly pid: number
  /** The global object of the test file, if that is not the one of this module. */
  readonly global?: object | undefined
}

interface SpanInPython {
  readonly span: Span
  readonly context: Context
}

const SERVER = 1
const CLIENT = 2

/** @returns `undefined` if this process does not use OpenTelemetry */
export function startCallSpan(
  worker: CalledWorker | undefined,
  name: string,
  isStream: boolean,
): CallSpan | undefined {
  return guarded(() => {
    const tracing = findTracing(worker?.global)
    return tracing && new CallSpan(tracing, attributesOf(worker, name), isStream ? 'stream' : 'call', name)
  })
}

/** The span of a call, and that of its function in Python if Python does not record it itself. */
export class CallSpan {
  /** Travels with the call. */
  readonly trace: TraceContext | undefined
  readonly tracing: Tracing
  readonly #attributes: Attributes
  readonly #name: string
  readonly #span: Span
  readonly #context: Context
  #python: SpanInPython | undefined
  #items = 0

  constructor(tracing: Tracing, attributes: Attributes, kind: 'call' | 'stream', name: string) {
    const active = tracing.contexts.active()
    const options = { kind: CLIENT, attributes, startTime: epoch() }
    this.tracing = tracing
    this.#attributes = attributes
    this.#name = name
    this.#span = tracing.tracer.startSpan(`python.${kind} ${name}`, options, active)
    this.#context = withSpan(active, this.#span)
    this.trace = guarded(() => describeContext(tracing, this.#context))
  }

  countItem(): void {
    this.#items += 1
  }

  end(error?: unknown): void {
    guarded(() => {
      if (this.#items > 0) this.#span.setAttribute('python.stream.items', this.#items)
      if (error !== undefined) failSpan(this.#span, describeThrown(error))
    })
    guarded(() => this.#span.end(epoch()))
  }

  /**
   * The function in Python. Python records no span, so this makes one from the times that it sends.
   *
   * @throws the errors of the user's OpenTelemetry
   */
  inPython({ began, queue }: Timing): SpanInPython {
    if (!this.#python) {
      const options = { kind: SERVER, attributes: this.#attributes, startTime: began }
      const span = this.tracing.tracer.startSpan(this.#name, options, this.#context)
      span.setAttribute('python.queue_ms', queue)
      this.#python = { span, context: withSpan(this.#context, span) }
    }
    return this.#python
  }

  /** Ends the span of the function in Python. */
  endInPython(timing: Timing, failure?: PythonFailure): void {
    guarded(() => {
      const { span } = this.inPython(timing)
      span.setAttributes({ 'python.run_ms': timing.run, 'python.encode_ms': timing.encode })
      if (failure) failSpan(span, { name: failure.type, message: failure.message, stack: failure.traceback })
      span.end(timing.began + timing.run + timing.encode)
    })
  }
}

function attributesOf(worker: CalledWorker | undefined, name: string): Attributes {
  const dot = name.lastIndexOf('.')
  return {
    'rpc.system': 'vitest-python',
    'rpc.service': name.slice(0, Math.max(0, dot)),
    'rpc.method': name.slice(dot + 1),
    ...(worker && { 'python.worker.id': worker.workerId, 'python.worker.pid': worker.pid }),
  }
}
