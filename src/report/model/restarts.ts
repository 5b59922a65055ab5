import type { LeaseSpan, Report, WorkerSpan } from './schema.ts'

/** A worker that ended although a test could still have used it. */
export interface Restart {
  readonly worker: string
  readonly cause: string
  /** The lease that was open at its end. */
  readonly lease: LeaseSpan | undefined
}

/** Milliseconds between the end of a worker and that of its lease, at most. */
const TOLERANCE = 50

export function restartsOf({ workers, leases }: Report): Restart[] {
  return workers.flatMap(({ run, id, kind, ready, exit, until }) => {
    // If it never became ready, no test could have used it, and the tests that waited for it have the error.
    if (kind !== 'worker' || ready === null || !exit || exit.cause === 'asked') return []
    const lease = leases.find(
      (one) =>
        one.run === run &&
        one.worker === id &&
        one.taken !== null &&
        one.until !== null &&
        until !== null &&
        one.until >= until - TOLERANCE,
    )
    return [{ worker: id, cause: causeOf(exit), lease }]
  })
}

function causeOf({ cause, signal, status }: NonNullable<WorkerSpan['exit']>): string {
  if (cause === 'unresponsive') return 'was killed, because a call did not react to an interrupt'
  if (cause === 'killed') return 'was killed, because it did not exit in time'
  return signal === null ? `exited by itself with status ${status}` : `crashed with ${signal}`
}
