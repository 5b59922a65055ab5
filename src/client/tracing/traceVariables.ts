import { guarded } from './guarded.ts'
import { findTracing } from './openTelemetry.ts'
import { describeContext } from './traceContext.ts'

/** The active span as the environment variables in which a process passes it to its children; empty if there is none. */
export function traceVariables(): Record<string, string> {
  const active = guarded(() => {
    const tracing = findTracing()
    return tracing && describeContext(tracing, tracing.contexts.active())
  })
  if (!active) return {}
  const variables = {
    TRACEPARENT: active.traceparent,
    TRACESTATE: active.tracestate,
    BAGGAGE: active.baggage,
  }
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
}
