import type { OpenLease } from '../../leases/openLease.ts'

/** A test's use of its Python process: `task.meta.python`. */
export interface TestPython {
  /** For example `w3`. */
  readonly worker: string
  readonly pid: number
  /** Milliseconds that the test waited for the process; 0 if the file had it before. */
  readonly wait: number
  /** Number of calls. Those of gRPC stubs are not among them. */
  readonly calls: number
  /** Milliseconds that the calls took together. */
  readonly time: number
  /** The highest resident memory of the process so far, in bytes; 0 if the system does not tell. */
  readonly peakMemory: number
}

/** Calls before a test, if it shares the process with others. */
type Before = OpenLease['tally']['sum']

const NONE: Before = { calls: 0, time: 0 }

/** Notes a test's use of its Python in its `meta`. The lease must be open. */
export function noteMeta(task: { readonly meta: object }, client: OpenLease, before?: Before): void {
  const { workerId: worker, pid, tally } = client
  const { waited, peakMemory } = client.usage()
  const { calls, time } = before ?? NONE
  const { sum } = tally
  const wait = before ? 0 : waited
  const python = { worker, pid, wait, calls: sum.calls - calls, time: sum.time - time, peakMemory }
  Object.assign(task.meta, { python: python satisfies TestPython })
}
