import type { Attributes, Context, Span } from '@opentelemetry/api'
import { epoch } from '../../support/clock.ts'
import type { PythonFailure, Timing, TraceContext } from '../gen/vitest_python/v1/bridge.ts'
import { describeThrown, failSpan } from './failSpan.ts'
import { findTracing, type Tracing } from './openTelemetry.ts'
import { describeContext, withSpan } from './traceContext.ts'

/** The worker that a call goes to. */
export interface CalledWorker {
  readonly workerId: string
  readonly pid: number
  /** The global object of the test file, if that is not the one of this module. */
  readonly global?: object | undefined
}

const SERVER = 1
const CLIENT = 2

/** @returns `undefined` if this process does not use OpenTelemetry */
export function startCallSpan(
  worker: CalledWorker | undefined,
  name: string,
  isStream: boolean,
): CallSpan | undefined {
  const tracing = findTracing(worker?.global)
  return tracing && new CallSpan(tracing, attributesOf(worker, name), isStream ? 'stream' : 'call', name)
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
  #python: { readonly span: Span; readonly context: Context } | undefined
  #items = 0

  constructor(tracing: Tracing, attributes: Attributes, kind: 'call' | 'stream', name: string) {
    const active = tracing.contexts.active()
    const options = { kind: CLIENT, attributes, startTime: epoch() }
    this.tracing = tracing
    this.#attributes = attributes
    this.#name = name
    this.#span = tracing.tracer.startSpan(`python.${kind} ${name}`, options, active)
    this.#context = withSpan(active, this.#span)
    this.trace = describeContext(tracing, this.#context)
  }

  countItem(): void {
    this.#items += 1
  }

  end(error?: unknown): void {
    if (this.#items > 0) this.#span.setAttribute('python.stream.items', this.#items)
    if (error !== undefined) failSpan(this.#span, describeThrown(error))
    this.#span.end(epoch())
  }

  /** The context of the function in Python, which records no span itself: its span is made from the times that it sends. */
  inPython({ began, queue }: Timing): Context {
    if (!this.#python) {
      const options = { kind: SERVER, attributes: this.#attributes, startTime: began }
      const span = this.tracing.tracer.startSpan(this.#name, options, this.#context)
      span.setAttribute('python.queue_ms', queue)
      this.#python = { span, context: withSpan(this.#context, span) }
    }
    return this.#python.context
  }

  /** Ends the span of the function in Python. */
  endInPython(timing: Timing, failure?: PythonFailure): void {
    this.inPython(timing)
    const span = this.#python?.span as Span
    span.setAttributes({ 'python.run_ms': timing.run, 'python.encode_ms': timing.encode })
    if (failure) failSpan(span, { name: failure.type, message: failure.message, stack: failure.traceback })
    span.end(timing.began + timing.run + timing.encode)
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
