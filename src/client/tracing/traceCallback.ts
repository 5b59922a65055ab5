import { epoch } from '../../support/clock.ts'
import type { Answer, Callback, Timing } from '../gen/vitest_python/v1/bridge.ts'
import { CallbackVerb } from '../gen/vitest_python/v1/bridge.ts'
import type { CallSpan } from './callSpan.ts'
import { failSpan } from './failSpan.ts'
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
  const tracing = call?.tracing ?? findTracing()
  const parent = tracing && parentOf(tracing, traced)
  if (!tracing || !parent) return callbacks.answer(callback)
  const answer = () => callbacks.answer(callback)
  if (callback.verb !== CallbackVerb.INVOKE) return tracing.contexts.with(parent, answer)
  const name = `python.callback ${callbacks.nameOf(callback)}`.trim()
  const span = tracing.tracer.startSpan(name, { startTime: epoch() }, parent)
  const answered = tracing.contexts.with(withSpan(parent, span), answer)
  return answered.then((given) => {
    if (given.kind?.$case === 'failure') failSpan(span, given.kind.value)
    span.end(epoch())
    return given
  })
}

function parentOf(tracing: Tracing, { callback, timing, call }: TracedCallback) {
  if (callback.trace) return readContext(tracing, callback.trace)
  return timing && call?.inPython(timing)
}
