import { context, propagation, type TextMapPropagator, trace } from '@opentelemetry/api'
import { NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CallbackVerb } from '../../../../src/client/gen/vitest_python/v1/bridge.ts'

const boom = () => {
  throw new Error('boom')
}
const sound = { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} }
const timing = { began: 1e12, queue: 1, run: 2, encode: 3 }
const GIVEN = { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, tracestate: '', baggage: '' }

function register(processor: Partial<SpanProcessor>, propagator?: TextMapPropagator): void {
  const provider = new NodeTracerProvider({ spanProcessors: [{ ...sound, ...processor }] })
  provider.register(propagator ? { propagator } : {})
}

/** Replaces a method of what is registered. */
function breakPart(part: 'trace' | 'context', method: string): void {
  register({})
  const registered = (globalThis as never)[Symbol.for('opentelemetry.js.api.1')]
  Object.assign(registered[part], { [method]: boom })
}

const faults: [string, () => void][] = [
  ['onStart', () => register({ onStart: boom })],
  ['onEnd', () => register({ onEnd: boom })],
  ['a propagator', () => register({}, { inject: boom, extract: boom, fields: () => [] })],
  ['getTracer', () => breakPart('trace', 'getTracer')],
  ['the active context', () => breakPart('context', 'active')],
  ['entering a context', () => breakPart('context', 'with')],
]

beforeEach(() => {
  vi.resetModules()
  vi.spyOn(console, 'error').mockReturnValue()
})
afterEach(() => {
  vi.restoreAllMocks()
  trace.disable()
  context.disable()
  propagation.disable()
})

const load = <T>(name: string): Promise<T> => import(`../../../../src/client/tracing/${name}.ts`)

test.each(
  faults,
)('if %s throws, calls, callbacks and leases go on, and one line tells it', async (_, set) => {
  const { startCallSpan } =
    await load<typeof import('../../../../src/client/tracing/callSpan.ts')>('callSpan')
  const { traceCallback } =
    await load<typeof import('../../../../src/client/tracing/traceCallback.ts')>('traceCallback')
  const { traceLease } =
    await load<typeof import('../../../../src/client/tracing/traceLease.ts')>('traceLease')
  set()
  const call = startCallSpan(undefined, 'm.f', true)
  call?.countItem()
  const answer = vi.fn(async () => ({ callback: 1, kind: undefined }))
  for (const given of [GIVEN, undefined]) {
    const callback = {
      callback: 1,
      target: 0,
      verb: CallbackVerb.INVOKE,
      arguments: new Uint8Array(),
      trace: given,
    }
    const callbacks = { nameOf: () => 'f', answer }
    expect(await traceCallback({ callback, timing, call }, callbacks)).toMatchObject({ callback: 1 })
  }
  expect(answer).toHaveBeenCalledTimes(2)
  call?.endInPython(timing)
  call?.end(new Error('of the test'))

  const lease = { requestedAt: 1, grantedAt: 2, leaseId: 'l' } as never
  expect(await traceLease(async () => lease)).toBe(lease)
  const refused = new Error('no worker')
  await expect(traceLease(() => Promise.reject(refused))).rejects.toBe(refused)
  expect(console.error).toHaveBeenCalledOnce()
})
