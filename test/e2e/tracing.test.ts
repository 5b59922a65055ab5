import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { developmentPython } from '../../scripts/development-python.mjs'
import { withVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

/** A span, as the fixture's exporters write it. */
interface Span {
  side: 'node' | 'python'
  trace: string
  id: string
  parent: string
  name: string
  kind: number
  began: number
  ended: number
  error: boolean
  attributes: Record<string, unknown>
  exceptions: Record<string, string>[]
}

interface Metric {
  side: 'metrics'
  name: string
  attributes: Record<string, unknown>
  value: unknown
}

const SERVER = 1
const CLIENT = 2

describe.each(versions)('a run of Vitest %s with OpenTelemetry', (version) => {
  // Vitest 3.2 has no spans of its own, and sets OpenTelemetry up in no process.
  const hasOpenTelemetry = !version.startsWith('3')
  let spans: Span[]
  let counts: Metric[]

  beforeAll(async () => {
    const env = {
      VITEST_PYTHON: await developmentPython(),
      VITEST_OPENTELEMETRY: hasOpenTelemetry ? '1' : '0',
    }
    await withVitest({ version, fixture: 'tracing', env }, async (vitest) => {
      const { output, exitCode } = await vitest.ended
      expect(exitCode, output).toBe(0)
      const lines = readFileSync(join(vitest.directory, 'telemetry.jsonl'), 'utf8').trim().split('\n')
      const parsed = lines.map((line) => JSON.parse(line) as Span | Metric)
      spans = parsed.filter((line) => line.side !== 'metrics')
      counts = parsed.filter((line) => line.side === 'metrics')
    })
  })

  /** The spans from the one that a test of the fixture has made down to one below it, by their names. */
  function path(...names: string[]): Span[] {
    let parent = spans.find(({ name }) => name === names[0])
    return names.map((name, depth) => {
      const span = depth === 0 ? parent : spans.find((one) => one.name === name && one.parent === parent?.id)
      expect(span, `${name} below ${parent?.name}`).toBeDefined()
      expect(span?.trace).toBe(parent?.trace)
      parent = span
      return span as Span
    })
  }

  test('leads from the test through Python to its own spans', () => {
    const [, call, function_] = path('works', 'python.call traced.work', 'traced.work', "user's span")
    expect(call).toMatchObject({
      side: 'node',
      kind: CLIENT,
      error: false,
      attributes: {
        'rpc.system': 'vitest-python',
        'rpc.service': 'traced',
        'rpc.method': 'work',
        'python.worker.id': expect.stringMatching(/^w\d+$/),
        'python.worker.pid': expect.any(Number),
      },
    })
    expect(function_).toMatchObject({ side: 'python', kind: SERVER, error: false })
    path('works', 'python.call eval', 'eval')
  })

  test('has no other trace, and no ID twice', () => {
    expect(new Set(spans.map(({ id }) => id)).size).toBe(spans.length)
    const traces = new Set(spans.map(({ trace }) => trace))
    if (hasOpenTelemetry) expect(traces.size).toBe(1)
    expect(spans.filter(({ side, parent }) => side === 'python' && parent === '')).toEqual([])
  })

  test.runIf(hasOpenTelemetry)('shows the lease, with its wait, in the test', () => {
    const leases = spans.filter(({ name }) => name === 'python.lease')
    expect(leases).toHaveLength(8)
    for (const lease of leases) {
      expect(spans.find(({ id }) => id === lease.parent)?.name).toMatch(/^vitest\.test\.runner\./)
      const wait = lease.attributes['python.lease.wait_ms'] as number
      expect(wait).toBeGreaterThan(0)
      // Spans have whole nanoseconds.
      expect(wait).toBeLessThan(lease.ended - lease.began + 0.01)
    }
  })

  test('records an exception with its type and its traceback in Python, on both sides', () => {
    for (const [test, name] of [
      ['fails', 'traced.fail'],
      ['plain fails', 'plain.fail'],
    ] as const) {
      const [, call, function_] = path(test, `python.call ${name}`, name)
      for (const span of [call, function_]) {
        expect(span?.error).toBe(true)
        expect(span?.exceptions).toHaveLength(1)
        expect(span?.exceptions[0]).toMatchObject({
          'exception.type': 'ValueError',
          'exception.stacktrace': expect.stringContaining(', in fail'),
        })
      }
    }
    path('fails', 'python.call traced.fail', 'traced.fail', "user's failing span")
  })

  test('comes back with callbacks: from a span, a thread and a coroutine', () => {
    const back = ['python.callback answer', 'answering']
    path('calls back', 'python.call traced.ask', 'traced.ask', "user's question", ...back)
    path('calls back', 'python.call traced.ask_on_thread', 'traced.ask_on_thread', ...back)
    path('calls back', 'python.call traced.ask_later', 'traced.ask_later', "user's task", ...back)
    path('plain fails', 'python.call plain.ask', 'plain.ask', ...back)
  })

  test('has one span for a stream, and keeps its steps apart from other calls', () => {
    const [, stream, , loop] = path('streams', 'python.stream traced.count', 'traced.count', "user's loop")
    expect(stream).toMatchObject({ kind: CLIENT, attributes: { 'python.stream.items': 3 } })
    expect(spans.filter(({ name, parent }) => name === "user's step" && parent === loop?.id)).toHaveLength(3)
    path('streams', 'python.call traced.work', 'traced.work', "user's span")
    path('streams', 'python.stream traced.count_later', 'traced.count_later', "user's later step")
  })

  test('makes the spans of a Python without OpenTelemetry from the times that it sends', () => {
    const [, call, function_] = path('plain works', 'python.call plain.work', 'plain.work')
    expect(function_).toMatchObject({ side: 'node', kind: SERVER, error: false })
    const run = function_?.attributes['python.run_ms'] as number
    expect(run).toBeGreaterThanOrEqual(20)
    expect(run).toBeLessThan((call as Span).ended - (call as Span).began)
    expect(function_?.attributes).toHaveProperty('python.queue_ms')
    expect(function_?.attributes).toHaveProperty('python.encode_ms')
  })

  test.runIf(hasOpenTelemetry)('counts leases, waits, calls and workers', () => {
    const value = (name: string, attributes = {}) =>
      counts.find((one) => one.name === name && JSON.stringify(one.attributes) === JSON.stringify(attributes))
        ?.value
    expect(value('python.leases')).toBeGreaterThanOrEqual(7)
    expect(value('python.lease.wait')).toHaveProperty('count')
    expect(value('python.calls', { 'python.function': 'traced.work', 'python.failed': false })).toBe(3)
    expect(value('python.calls', { 'python.function': 'traced.fail', 'python.failed': true })).toBe(1)
    expect(value('python.worker.starts')).toBeGreaterThanOrEqual(7)
    expect(value('python.worker.restarts', { cause: 'by itself' })).toBe(1)
  })
})
