import { metrics } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { afterEach, expect, test } from 'vitest'
import { RunEvents } from '../../../../src/pool/run/events.ts'
import { countEvents } from '../../../../src/pool/run/metrics.ts'

afterEach(() => metrics.disable())

function register() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e6 })
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
  /** Attributes and value of each data point of a metric. */
  return async (name: string) => {
    await reader.forceFlush()
    const found = exporter
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap((scope) => scope.metrics)
    const points = found?.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []
    return points.map(({ attributes, value }) => [attributes, value])
  }
}

const lease = { topic: 'lease', file: 'a.test.ts', test: 'a' } as const
const worker = { topic: 'worker', worker: 'w1', pid: 7 } as const
const exit = { status: 1, signal: null, cause: 'by itself' } as const

function usageOf(...calls: [name: string, count: number, failed: number][]) {
  const functions = calls.map(([name, count, failed]) => {
    return { name, count, failed, total: 1, longest: 1, histogram: [] }
  })
  return { waited: 200, peakMemory: 0, functions, calls: [], callsLeftOut: 0 }
}

test('counts nothing without meters: the run has no listener', () => {
  const events = new RunEvents('run-1')
  events.on = () => expect.fail('it listens')
  countEvents(events)
})

test('counts leases, waits, calls and restarts', async () => {
  const points = register()
  const events = new RunEvents('run-1')
  countEvents(events)
  events.emit({ ...worker, event: 'started' })
  events.emit({ ...worker, event: 'ready' })
  events.emit({ ...lease, event: 'granted' })
  events.emit({ ...lease, event: 'closed', usage: usageOf(['m.f', 3, 1]) })
  events.emit({ ...lease, event: 'closed' })
  events.emit({ ...worker, event: 'ended', exit })
  expect(await points('python.leases')).toEqual([[{}, 1]])
  expect(await points('python.lease.wait')).toMatchObject([[{}, { count: 1, sum: 0.2 }]])
  expect(await points('python.calls')).toEqual([
    [{ 'python.function': 'm.f', 'python.failed': false }, 2],
    [{ 'python.function': 'm.f', 'python.failed': true }, 1],
  ])
  expect(await points('python.worker.starts')).toEqual([[{}, 1]])
  expect(await points('python.worker.restarts')).toEqual([[{ cause: 'by itself' }, 1]])
})

test('does not count a worker that was asked to end, or that never became ready, as restarted', async () => {
  const points = register()
  const events = new RunEvents('run-1')
  countEvents(events)
  events.emit({ ...worker, event: 'ready' })
  events.emit({ ...worker, event: 'ended', exit: { ...exit, cause: 'asked' } })
  events.emit({ ...worker, worker: 'w2', event: 'ended', exit })
  expect(await points('python.worker.restarts')).toEqual([])
})

test('tells only so many functions apart', async () => {
  const points = register()
  const events = new RunEvents('run-1')
  countEvents(events)
  const many = Array.from({ length: 500 }, (_, index): [string, number, number] => [`m.f${index}`, 1, 0])
  events.emit({ ...lease, event: 'closed', usage: usageOf(...many) })
  const counted = await points('python.calls')
  expect(counted.length).toBeLessThanOrEqual(201)
  expect(
    counted.find(([of]) => (of as object as Record<string, string>)['python.function'] === '(others)'),
  ).toBeDefined()
  expect(counted.reduce((sum, [, value]) => sum + (value as number), 0)).toBe(500)
})
