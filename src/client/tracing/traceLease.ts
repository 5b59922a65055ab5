import { epoch } from '../../support/clock.ts'
import type { Lease } from '../lease/lease.ts'
import { describeThrown, failSpan } from './failSpan.ts'
import { findTracing } from './openTelemetry.ts'

/**
 * Leases a worker in a span. It begins with the request, which may have been made before the test that takes the lease
 * began, and ends when the test has the worker.
 */
export async function traceLease(take: () => Promise<Lease>, file?: object): Promise<Lease> {
  const tracing = findTracing(file)
  if (!tracing) return take()
  const active = tracing.contexts.active()
  const asked = epoch()
  const start = (startTime: number) => tracing.tracer.startSpan('python.lease', { startTime }, active)
  try {
    const lease = await take()
    const span = start(lease.requestedAt)
    span.addEvent('granted', {}, lease.grantedAt)
    span.setAttributes({
      'python.lease.id': lease.leaseId,
      'python.lease.wait_ms': epoch() - asked,
      'python.worker.id': lease.workerId,
      'python.worker.pid': lease.pid,
    })
    span.end(epoch())
    return lease
  } catch (error) {
    const span = start(asked)
    failSpan(span, describeThrown(error))
    span.end(epoch())
    throw error
  }
}
