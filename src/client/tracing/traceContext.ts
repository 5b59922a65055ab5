import type { Context, Span, SpanContext } from '@opentelemetry/api'
import type { TraceContext } from '../gen/vitest_python/v1/bridge.ts'
import type { Tracing } from './openTelemetry.ts'

/** The key of the span in a context, which all copies of `@opentelemetry/api` share. */
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN')

const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})/

type Carrier = Partial<Record<string, string>>

const setter = {
  set(carrier: Carrier, key: string, value: string): void {
    carrier[key] = value
  },
}
const getter = { keys: Object.keys, get: (carrier: Carrier, key: string) => carrier[key] }

/** The context in which `span` is the active span. */
export function withSpan(context: Context, span: Pick<Span, 'spanContext'>): Context {
  return context.setValue(SPAN, span)
}

/**
 * The span and the baggage of a context, as they cross to Python; `undefined` if no span is active. If the application's
 * propagators do not include that of W3C, the span is written all the same, because Python reads no other format.
 */
export function describeContext({ propagation }: Tracing, context: Context): TraceContext | undefined {
  const carrier: Carrier = {}
  propagation?.inject(context, carrier, setter)
  const { traceparent = traceparentOf(context), tracestate = '', baggage = '' } = carrier
  return traceparent === undefined ? undefined : { traceparent, tracestate, baggage }
}

/** A context with a span of Python as the active one, on top of the context that is active here. */
export function readContext({ propagation, contexts }: Tracing, given: TraceContext): Context {
  const carrier: Carrier = { ...given }
  for (const key of Object.keys(carrier)) if (carrier[key] === '') delete carrier[key]
  const active = contexts.active()
  const context = propagation?.extract(active, carrier, getter) ?? active
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(given.traceparent) ?? []
  if (spanId === '' || spanOf(context)?.spanId === spanId) return context
  const span: SpanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true }
  return withSpan(context, { spanContext: () => span })
}

function spanOf(context: Context): SpanContext | undefined {
  return (context.getValue(SPAN) as Span | undefined)?.spanContext()
}

function traceparentOf(context: Context): string | undefined {
  const span = spanOf(context)
  // The span of an application without an SDK has the ID 0.
  if (!span || /^0*$/.test(span.spanId)) return undefined
  const flags = (span.traceFlags & 0xff).toString(16).padStart(2, '0')
  return `00-${span.traceId}-${span.spanId}-${flags}`
}
