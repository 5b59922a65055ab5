import { EventEmitter } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext, runInThisContext } from 'node:vm'
import { context, propagation, type TextMapPropagator, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { afterEach, describe, expect, test } from 'vitest'
import { ClientFrame, type WorkerFrame } from '../../../../src/client/gen/vitest_python/v1/bridge.ts'
import { call } from '../../../../src/client/python/call.ts'
import { refs } from '../../../../src/client/python/ref.ts'
import { Session } from '../../../../src/client/session/session.ts'
import { findTracing, type Tracing } from '../../../../src/client/tracing/openTelemetry.ts'
import { describeContext, readContext } from '../../../../src/client/tracing/traceContext.ts'
import { traceLease } from '../../../../src/client/tracing/traceLease.ts'
import { traceVariables } from '../../../../src/client/tracing/traceVariables.ts'
import { encode } from '../../../../src/client/values/encode.ts'
import { epoch } from '../../../../src/support/clock.ts'

const TIMING = { began: 1e12, queue: 1, run: 2, encode: 3 }

function register(propagator?: TextMapPropagator): InMemorySpanExporter {
  const exporter = new InMemorySpanExporter()
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  provider.register(propagator ? { propagator } : {})
  return exporter
}

afterEach(() => {
  trace.disable()
  context.disable()
  propagation.disable()
})

/** A session whose Python answers each call with 1, and the frames that it gets. */
function session() {
  const frames: ClientFrame[] = []
  const events = new EventEmitter()
  const answer: WorkerFrame['kind'] = { $case: 'value', value: encode(1, 'value') }
  const stream = Object.assign(events, {
    cancel() {},
    write(frame: ClientFrame) {
      frames.push(frame)
      const timing = startOf(frame)?.trace && TIMING
      queueMicrotask(() => events.emit('data', { call: frame.call, kind: answer, timing }))
    },
  })
  const host = {
    worker: { workerId: 'w1', pid: 7 },
    explain: async (broken: Error) => broken,
    killUnresponsive() {},
    sharesMemory: () => false,
    beforeAnswer() {},
    adopt: <T>(given: T): T => given,
  }
  return { session: new Session(stream as never, host, refs), frames }
}

const made = (args: unknown[] = []) => ({ start: { name: 'm.f' }, args, options: {}, here: {} })
const startOf = ({ kind }: ClientFrame) => (kind?.$case === 'start' ? kind.value : undefined)
const tracing = () => findTracing() as Tracing

describe('without OpenTelemetry', () => {
  test('a call carries no context, so its frame is as short as ever', async () => {
    const { session: python, frames } = session()
    await call(python, made())
    const [frame] = frames as [ClientFrame]
    expect(startOf(frame)?.trace).toBeUndefined()
    const untraced = ClientFrame.encode(frame).finish()
    expect(Buffer.from(untraced).includes('00-')).toBe(false)
    expect(findTracing()).toBeUndefined()
    expect(traceVariables()).toEqual({})
  })

  test('a lease is taken as it is', async () => {
    const lease = {} as never
    expect(await traceLease(async () => lease)).toBe(lease)
  })

  test('no source imports the API at run time', () => {
    const src = fileURLToPath(new URL('../../../../src', import.meta.url))
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    )
    const lines = files.flatMap((name) => readFileSync(join(src, name), 'utf8').split('\n'))
    const imports = lines
      .join('\n')
      .match(/^import[^'"]*['"]@opentelemetry[^'"]*['"]|(require|import)\(.*opentel/gm)
    expect(imports?.length).toBeGreaterThan(0)
    expect(imports?.filter((text) => !text.startsWith('import type '))).toEqual([])
  })
})

test('a traced call carries its own span, below the active one', async () => {
  const exporter = register()
  const { session: python, frames } = session()
  const active = trace.getTracer('application').startSpan('test')
  await context.with(trace.setSpan(context.active(), active), () => call(python, made()))
  const [function_, made_] = exporter.getFinishedSpans()
  const { traceId, spanId } = made_?.spanContext() ?? {}
  expect(startOf(frames[0] as ClientFrame)?.trace).toEqual({
    traceparent: `00-${traceId}-${spanId}-01`,
    tracestate: '',
    baggage: '',
  })
  expect(made_).toMatchObject({ name: 'python.call m.f', kind: 2 })
  expect(made_?.parentSpanContext?.spanId).toBe(active.spanContext().spanId)
  expect(function_).toMatchObject({ name: 'm.f', kind: 1, startTime: [1e9, 0] })
  expect(function_?.attributes).toMatchObject({
    'python.queue_ms': 1,
    'python.run_ms': 2,
    'python.encode_ms': 3,
  })
  expect(function_?.parentSpanContext?.spanId).toBe(spanId)
})

test('an argument that cannot be sent ends the span with the error', async () => {
  const exporter = register()
  await expect(call(session().session, made([Symbol('x')]))).rejects.toThrow()
  const [span] = exporter.getFinishedSpans()
  expect(span).toMatchObject({ name: 'python.call m.f', status: { code: 2 } })
  expect(span?.events).toHaveLength(1)
})

test('a lease that is refused leaves a span with the error', async () => {
  const exporter = register()
  await expect(traceLease(() => Promise.reject(new Error('no worker')))).rejects.toThrow('no worker')
  expect(exporter.getFinishedSpans()[0]).toMatchObject({
    name: 'python.lease',
    status: { code: 2, message: 'no worker' },
  })
})

test.each([
  ['was made ahead', -50],
  ['is made late, because the process had to wait for a processor', 50],
])('the span of a lease contains the wait, if its request %s', async (_, after) => {
  const exporter = register()
  const requestedAt = epoch() + after
  const lease = { requestedAt, grantedAt: requestedAt, leaseId: 'l1', workerId: 'w1', pid: 7 }
  await traceLease(() => new Promise((resolve) => setTimeout(resolve, 100, lease as never)))
  const [span] = exporter.getFinishedSpans()
  const wait = span?.attributes['python.lease.wait_ms'] as number
  const [seconds, nanoseconds] = span!.duration
  const duration = seconds * 1e3 + nanoseconds / 1e6
  expect(wait).toBeGreaterThanOrEqual(99)
  expect(duration - wait).toBeGreaterThan(after < 0 ? 49.9 : -0.01)
  expect(span?.events[0]?.name).toBe('granted')
})

test('the variables of a process name the active span', () => {
  register()
  const span = trace.getTracer('application').startSpan('run')
  const { traceId, spanId } = span.spanContext()
  const variables = context.with(trace.setSpan(context.active(), span), traceVariables)
  expect(variables).toEqual({ TRACEPARENT: `00-${traceId}-${spanId}-01` })
})

describe('the context that crosses', () => {
  const given = {
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    tracestate: 'vendor=1',
    baggage: 'tenant=blue%20%26%20green',
  }

  test('is read with its state and its baggage, and written again', () => {
    register()
    const read = readContext(tracing(), given)
    expect(propagation.getBaggage(read)?.getEntry('tenant')?.value).toBe('blue & green')
    expect(describeContext(tracing(), read)).toEqual(given)
  })

  test('is W3C Trace Context even if the application uses another format', () => {
    register({ inject() {}, extract: (unchanged) => unchanged, fields: () => [] })
    const read = readContext(tracing(), given)
    expect(trace.getSpanContext(read)).toMatchObject({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: 1,
    })
    expect(describeContext(tracing(), read)).toMatchObject({ traceparent: given.traceparent })
  })

  test('is empty without a span', () => {
    register()
    expect(describeContext(tracing(), context.active())).toBeUndefined()
  })
})

test('OpenTelemetry of the main realm is found from another one', () => {
  // A module in a VM context sees that context's global object, and Node's own modules, which are of the main realm.
  register()
  const other = createContext({ runInThisContext })
  const found = runInContext(
    "runInThisContext('globalThis')[Symbol.for('opentelemetry.js.api.1')] !== undefined && " +
      "globalThis[Symbol.for('opentelemetry.js.api.1')] === undefined",
    other,
  )
  expect(found).toBe(true)
})

test('OpenTelemetry of a test file of Jest is found in its own global object', () => {
  const KEY = Symbol.for('opentelemetry.js.api.1')
  register()
  const file = { [KEY]: { ...(globalThis as { [KEY]?: object })[KEY] } }
  trace.disable()
  context.disable()
  expect(findTracing()).toBeUndefined()
  expect(findTracing(file)).toBeDefined()
})
