import type { Context, Span } from '@opentelemetry/api'
import { epoch } from '../../support/clock.ts'
import type { Answer, Callback, Timing } from '../gen/vitest_python/v1/bridge.ts'
import { CallbackVerb } from '../gen/vitest_python/v1/bridge.ts'
import type { CallSpan } from './callSpan.ts'
import { failSpan } from './failSpan.ts'
import { guarded } from './guarded.ts'
import { findTracing, type Tracing } from './openTelemetry.ts'
import { readContext, withSpan } from './traceContext.ts'

/** A callback, and the call of Python that it comes from. */
export interface TracedCallback {
  readonly callback: Callback
  readonly timing: Timing | undefined
  readonly call: CallSpan | undefined
}

/** The functions and iterables of the test. */
interface Callbacks {
  /** Name of the function; empty if it has none. */
  nameOf(callback: Callback): string
  answer(callback: Callback): Promise<Answer>
}

/** Answers a callback as a child of the span in Python that it comes from. An iterable gets no span of its own. */
export function traceCallback(traced: TracedCallback, callbacks: Callbacks): Promise<Answer> {
  const { callback, call } = traced
  const tracing = call?.tracing ?? guarded(findTracing)
  const parent = tracing && guarded(() => parentOf(tracing, traced))
  let answered: Promise<Answer> | undefined
  const answer = () => {
    answered ??= callbacks.answer(callback)
    return answered
  }
  if (!tracing || !parent) return answer()
  const isSpan = callback.verb === CallbackVerb.INVOKE
  const span = isSpan ? guarded(() => startSpan(tracing, callbacks.nameOf(callback), parent)) : undefined
  guarded(() => tracing.contexts.with(span ? withSpan(parent, span) : parent, answer))
  return span ? answer().then((given) => endSpan(span, given)) : answer()
}

function startSpan({ tracer }: Tracing, name: string, parent: Context): Span {
  return tracer.startSpan(`python.callback ${name}`.trim(), { startTime: epoch() }, parent)
}

function endSpan(span: Span, given: Answer): Answer {
  guarded(() => {
    if (given.kind?.$case === 'failure') failSpan(span, given.kind.value)
    span.end(epoch())
  })
  return given
}

function parentOf(tracing: Tracing, { callback, timing, call }: TracedCallback) {
  if (callback.trace) return readContext(tracing, callback.trace)
  return timing && call?.inPython(timing).context
}
