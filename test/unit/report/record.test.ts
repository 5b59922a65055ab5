import { expect, test } from 'vitest'
import type { Pool } from '../../../src/pool/leasing/pool.ts'
import { RunEvents } from '../../../src/pool/run/events.ts'
import { makeReport } from '../../../src/report/record/makeReport.ts'
import { LIMITS, RunRecord } from '../../../src/report/record/runRecord.ts'
import { Sampler } from '../../../src/report/record/sampler.ts'

const usage = {
  waited: 12,
  peakMemory: 5e7,
  functions: [{ name: 'tools.add', count: 2, failed: 1, total: 3, longest: 2, histogram: [0, 1, 1] }],
  calls: [{ name: 'tools.add', began: 101, duration: 2, failed: true, error: 'ValueError: no' }],
  callsLeftOut: 4,
}

function record() {
  const events = new RunEvents('z6ju96y')
  const leases = new Map<string, object>()
  const run = { id: 'z6ju96y', events, options: { isolation: 'test' } }
  const pool = { run, leases, runtime: { state: { phase: 'not started' } } } as unknown as Pool
  return { events, leases, record: new RunRecord(pool) }
}

const holder = { file: 'a.test.ts', test: 't', lease: 'l1', worker: 'w1', pid: 7 }
const FACTS = { runner: { name: 'vitest' as const, version: '4.1.12' }, shard: null, commit: null }
const NO_SAMPLES = { series: [], cut: [] }

test('events become workers, leases and calls', () => {
  const { events, record: run } = record()
  events.emit({ topic: 'forkserver', event: 'started', forkserver: 'forkserver-1', pid: 5, at: 90 })
  events.emit({
    topic: 'forkserver',
    event: 'ready',
    forkserver: 'forkserver-1',
    pid: 5,
    at: 95,
    startMethod: 'fork',
  })
  events.emit({ topic: 'worker', event: 'started', worker: 'w1', pid: 7, at: 96 })
  events.emit({ topic: 'worker', event: 'ready', worker: 'w1', pid: 7, at: 98 })
  events.emit({ topic: 'lease', event: 'granted', at: 99, ...holder, test: '' })
  events.emit({ topic: 'lease', event: 'taken', at: 100, ...holder })
  expect(run.alive).toEqual([
    { id: 'forkserver-1', pid: 5 },
    { id: 'w1', pid: 7 },
  ])
  events.emit({ topic: 'lease', event: 'closed', at: 110, ...holder, usage })
  events.emit({
    topic: 'worker',
    event: 'ended',
    worker: 'w1',
    pid: 7,
    at: 112,
    exit: { status: 0, signal: null, cause: 'asked' },
  })
  const report = makeReport([run], NO_SAMPLES, FACTS)
  expect(report.workers).toMatchObject([
    { id: 'forkserver-1', kind: 'forkserver', ready: 95, until: null },
    { id: 'w1', from: 96, ready: 98, until: 112, exit: { cause: 'asked', crashed: false } },
  ])
  expect(report.leases).toMatchObject([
    { id: 'l1', test: 't', from: 99, taken: 100, until: 110, wait: 12, peakMemory: 5e7 },
  ])
  expect(report.functions).toMatchObject([{ name: 'tools.add', calls: 2, failures: 1, total: 3, max: 2 }])
  expect(report.calls).toMatchObject([
    { lease: 'l1', worker: 'w1', from: 101, until: 103, error: 'ValueError: no' },
  ])
  expect(report.cut).toEqual([{ what: 'calls', kept: 1, left: 4 }])
  expect(report).toMatchObject({ verdict: 'pending', pools: [{ startMethod: 'fork' }] })
})

test('calls of a lease whose worker crashed are read from the log of leases at the end', () => {
  const { events, leases, record: run } = record()
  events.emit({ topic: 'lease', event: 'granted', ...holder })
  events.emit({ topic: 'lease', event: 'taken', ...holder })
  events.emit({ topic: 'lease', event: 'closed', ...holder })
  leases.set('l1', { usage })
  run.end(undefined, false)
  expect(run.lists.calls).toHaveLength(1)
})

test('a run without Python is unused', () => {
  const { record: run } = record()
  run.end(undefined, false)
  expect(makeReport([run], NO_SAMPLES, FACTS)).toMatchObject({
    verdict: 'unused',
    failed: false,
    pools: [{ python: null }],
  })
})

test('a run of any length keeps a bounded number of entries', () => {
  const { events, record: run } = record()
  for (let n = 0; n < LIMITS.leases + 5; n++) {
    events.emit({ topic: 'lease', event: 'granted', ...holder, lease: `l${n}` })
    events.emit({ topic: 'lease', event: 'closed', ...holder, lease: `l${n}` })
  }
  expect(run.lists.leases).toHaveLength(LIMITS.leases)
  expect(run.lists.cut).toEqual([{ what: 'leases', kept: LIMITS.leases, left: 5 }])
})

test('samples get sparser, and stay at the same times for all processes', async () => {
  const alive = Array.from({ length: 100 }, (_, index) => ({ id: `w${index}`, pid: index }))
  const sampler = new Sampler(
    () => [{ id: 'z6ju96y', alive } as unknown as RunRecord],
    async (pid) => {
      if (pid === 3) throw new Error('gone')
      return { memory: pid, cpu: 12.345 }
    },
  )
  for (let tick = 0; tick < 700; tick++) await sampler.sample(tick)
  const [first, ...others] = sampler.series
  expect(first).toMatchObject({ run: 'z6ju96y', worker: 'w0' })
  expect(first?.cpu[0]).toBe(12.3)
  expect(others).toHaveLength(98)
  for (const { times } of others) expect(times).toEqual(first?.times)
  expect(sampler.series.reduce((sum, { times }) => sum + times.length, 0)).toBeLessThanOrEqual(60_000)
  expect(sampler.cut[0]?.left).toBeGreaterThan(0)
})
