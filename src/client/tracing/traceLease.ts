import type { Span } from '@opentelemetry/api'
import { epoch } from '../../support/clock.ts'
import type { Lease } from '../lease/lease.ts'
import { describeThrown, failSpan } from './failSpan.ts'
import { guarded } from './guarded.ts'
import { findTracing } from './openTelemetry.ts'

/**
 * Leases a worker in a span. It begins with the request, which may have been made before the test that takes the lease
 * began, and ends when the test has the worker.
 */
export async function traceLease(take: () => Promise<Lease>, file?: object): Promise<Lease> {
  const tracing = guarded(() => findTracing(file))
  if (!tracing) return take()
  const active = guarded(() => tracing.contexts.active())
  const asked = epoch()
  const record = (startTime: number, describe: (span: Span) => void) =>
    guarded(() => {
      const span = tracing.tracer.startSpan('python.lease', { startTime }, active)
      describe(span)
      span.end(epoch())
    })
  let lease: Lease
  try {
    lease = await take()
  } catch (error) {
    record(asked, (span) => failSpan(span, describeThrown(error)))
    throw error
  }
  record(lease.requestedAt, (span) => {
    span.addEvent('granted', {}, lease.grantedAt)
    span.setAttributes({
      'python.lease.id': lease.leaseId,
      'python.lease.wait_ms': epoch() - asked,
      'python.worker.id': lease.workerId,
      'python.worker.pid': lease.pid,
    })
  })
  return lease
}
