import type { LeaseEvent, WorkerEvent } from '../../client/events/runEvents.ts'
import { guarded } from '../../client/tracing/guarded.ts'
import { findMeter } from '../../client/tracing/openTelemetry.ts'
import type { RunEvents } from './events.ts'

/** At most this many functions have a counter of their own. Calls of the rest are counted together. */
const MAX_FUNCTIONS = 200
const OTHERS = '(others)'

const functions = new Set<string>()

/** Counts what happens in a run, if this process has set up meters of OpenTelemetry. */
export function countEvents(events: RunEvents): void {
  const meter = guarded(findMeter)
  const count = meter && guarded(() => ({ lease: leaseCounter(meter), worker: workerCounter(meter) }))
  if (!count) return
  events.on((event) => {
    if (event.topic === 'lease') guarded(() => count.lease(event))
    else if (event.topic === 'worker') guarded(() => count.worker(event))
  })
}

type Meter = NonNullable<ReturnType<typeof findMeter>>

function leaseCounter(meter: Meter): (event: LeaseEvent) => void {
  const leases = meter.createCounter('python.leases', { description: 'Leases granted' })
  const waits = meter.createHistogram('python.lease.wait', {
    description: 'Time that a test waited for its worker',
    unit: 's',
    advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] },
  })
  const calls = meter.createCounter('python.calls', { description: 'Calls of tests that have ended' })
  return ({ event, usage }) => {
    if (event === 'granted') leases.add(1)
    if (event !== 'closed' || !usage) return
    waits.record(usage.waited / 1_000)
    for (const { name, count, failed } of usage.functions) {
      const of = { 'python.function': known(name) }
      if (count > failed) calls.add(count - failed, { ...of, 'python.failed': false })
      if (failed > 0) calls.add(failed, { ...of, 'python.failed': true })
    }
  }
}

function workerCounter(meter: Meter): (event: WorkerEvent) => void {
  const starts = meter.createCounter('python.worker.starts', { description: 'Workers started' })
  const restarts = meter.createCounter('python.worker.restarts', {
    description: 'Workers that ended although nothing had asked them to, or that had to be killed',
  })
  const ready = new Set<string>()
  return ({ event, worker, exit }) => {
    if (event === 'started') starts.add(1)
    else if (event === 'ready') ready.add(worker)
    // If a worker never becomes ready, its error fails the tests that wait, so it isn't a restart.
    else if (ready.delete(worker) && exit && exit.cause !== 'asked') restarts.add(1, { cause: exit.cause })
  }
}

function known(name: string): string {
  if (functions.size >= MAX_FUNCTIONS && !functions.has(name)) return OTHERS
  functions.add(name)
  return name
}
