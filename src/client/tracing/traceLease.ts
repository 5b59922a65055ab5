import type { Span } from '@opentelemetry/api'
import { epoch } from '../../support/clock.ts'
import type { Lease } from '../lease/lease.ts'
import { describeThrown, failSpan } from './failSpan.ts'
import { guarded } from './guarded.ts'
import { findTracing } from './openTelemetry.ts'

/**
 * Leases a worker in a span. It begins when the test asks, or with the request if that was made ahead, and ends when the
 * test has the worker. So it contains the wait.
 */
export async function traceLease(take: () => Promise<Lease>, file?: object): Promise<Lease> {
  const tracing = guarded(() => findTracing(file))
  if (!tracing) return take()
  const active = guarded(() => tracing.contexts.active())
  const asked = epoch()
  const record = (startTime: number, endTime: number, describe: (span: Span) => void) =>
    guarded(() => {
      const span = tracing.tracer.startSpan('python.lease', { startTime }, active)
      describe(span)
      span.end(endTime)
    })
  let lease: Lease
  try {
    lease = await take()
  } catch (error) {
    record(asked, epoch(), (span) => failSpan(span, describeThrown(error)))
    throw error
  }
  const taken = epoch()
  record(Math.min(asked, lease.requestedAt), taken, (span) => {
    span.addEvent('granted', {}, lease.grantedAt)
    span.setAttributes({
      'python.lease.id': lease.leaseId,
      'python.lease.wait_ms': taken - asked,
      'python.worker.id': lease.workerId,
      'python.worker.pid': lease.pid,
    })
  })
  return lease
}
