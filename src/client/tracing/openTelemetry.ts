import { runInThisContext } from 'node:vm'
import type {
  ContextManager,
  MeterProvider,
  TextMapPropagator,
  Tracer,
  TracerProvider,
} from '@opentelemetry/api'

/** The objects that an application has registered with `@opentelemetry/api`. */
interface Registered {
  readonly trace?: TracerProvider
  readonly context?: ContextManager
  readonly propagation?: TextMapPropagator
  readonly metrics?: MeterProvider
}

/** The parts of OpenTelemetry that make spans. */
export interface Tracing {
  readonly tracer: Tracer
  readonly contexts: ContextManager
  readonly propagation: TextMapPropagator | undefined
}

/** All copies of `@opentelemetry/api` share one object under this key, so no copy is imported here. */
const KEY = Symbol.for('opentelemetry.js.api.1')
const NAME = 'vitest-environment-python'

/** A global object. In Jest, each test file has one of its own, in which it may have set OpenTelemetry up. */
type Global = { readonly [KEY]?: Registered }

/** In Vitest's VM pools, this module is in the realm of a test file, and the runner's OpenTelemetry in the main one. */
const main: Global = runInThisContext('globalThis')

/** OpenTelemetry as the test file or this process has set it up for tracing; `undefined` if neither has. */
export function findTracing(file?: object): Tracing | undefined {
  const found = registered('trace', file)
  if (!found?.trace || !found.context) return undefined
  return {
    tracer: found.trace.getTracer(NAME),
    contexts: found.context,
    propagation: found.propagation,
  }
}

/** The meters of this process; `undefined` if it has set up none. */
export function findMeter() {
  return registered('metrics')?.metrics?.getMeter(NAME)
}

function registered(part: keyof Registered, file?: object): Registered | undefined {
  const given = (file as Global | undefined)?.[KEY]
  if (given?.[part]) return given
  const own = (globalThis as Global)[KEY]
  return own?.[part] ? own : main[KEY]
}
