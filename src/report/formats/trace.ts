import type { LeaseSpan, Report } from '../model/schema.ts'

/** An event of Chrome's Trace Event Format, which Perfetto and chrome://tracing open. Times are microseconds. */
export interface TraceEvent {
  name: string
  /** `X` a span, `i` an instant, `C` a counter, `M` a name. */
  ph: 'X' | 'i' | 'C' | 'M'
  pid: number
  tid: number
  ts: number
  dur?: number
  cat?: string
  s?: 'p' | 't'
  args?: Record<string, unknown>
}

/** The report as a trace: each run is a process, each worker a thread. */
export function traceOf(report: Report): { traceEvents: TraceEvent[]; displayTimeUnit: 'ms' } {
  const at = (time: number) => Math.max(0, Math.round((time - report.startedAt) * 1000))
  const span = (from: number, until: number | null) => ({
    ts: at(from),
    dur: Math.max(1, at(until ?? report.endedAt) - at(from)),
  })
  const ids = new Threads(report)
  const events: TraceEvent[] = [
    ...report.workers.map((worker) => ({
      ...ids.of(worker.run, worker.id),
      ...span(worker.from, worker.until),
      name: worker.id,
      ph: 'X' as const,
      cat: worker.kind,
      args: { pid: worker.pid, exit: worker.exit?.cause },
    })),
    ...report.leases.filter(isTaken).map((lease) => ({
      ...ids.of(lease.run, lease.worker),
      ...span(lease.taken, lease.until),
      name: lease.test || lease.file,
      ph: 'X' as const,
      cat: 'lease',
      args: { file: lease.file, lease: lease.id, wait: lease.wait },
    })),
    ...report.calls.map((call) => ({
      ...ids.of(call.run, call.worker),
      ...span(call.from, call.until),
      name: call.name,
      ph: 'X' as const,
      cat: call.error === null ? 'call' : 'call,error',
      args: { lease: call.lease, ...(call.error === null ? {} : { error: call.error }) },
    })),
    ...instants(report, ids, at),
    ...counters(report, ids, at),
  ]
  return { traceEvents: [...ids.names(), ...events], displayTimeUnit: 'ms' }
}

function isTaken(lease: LeaseSpan): lease is LeaseSpan & { taken: number } {
  return lease.taken !== null
}

function instants(report: Report, ids: Threads, at: (time: number) => number): TraceEvent[] {
  const crashes = report.workers.flatMap(({ run, id, until, exit }) =>
    exit?.crashed && until !== null
      ? [
          {
            ...ids.of(run, id),
            name: `${id} ${exit.cause}`,
            ph: 'i' as const,
            ts: at(until),
            s: 't' as const,
            cat: 'crash',
          },
        ]
      : [],
  )
  const orphans = report.orphans.map(({ run, pid, command, from, leases }) => ({
    ...ids.of(run, 'orphans'),
    name: `orphan ${pid}`,
    ph: 'i' as const,
    ts: at(from),
    s: 'p' as const,
    cat: 'orphan',
    args: { command, leases },
  }))
  return [...crashes, ...orphans]
}

function counters(report: Report, ids: Threads, at: (time: number) => number): TraceEvent[] {
  return report.samples.flatMap(({ run, worker, times, memory, cpu }) =>
    times.flatMap((time, index): TraceEvent[] => {
      const common = { ...ids.of(run, worker), ph: 'C' as const, ts: at(time) }
      return [
        { ...common, name: `memory ${worker}`, args: { bytes: memory[index] } },
        { ...common, name: `CPU ${worker}`, args: { percent: cpu[index] } },
      ]
    }),
  )
}

/** The trace's numbers of runs and workers. */
class Threads {
  readonly #runs: Report['pools']
  readonly #threads = new Map<string, { pid: number; tid: number }>()

  constructor(report: Report) {
    this.#runs = report.pools
    for (const { run, id } of report.workers) this.of(run, id)
  }

  of(run: string, worker: string): { pid: number; tid: number } {
    const key = `${run} ${worker}`
    const known = this.#threads.get(key)
    if (known) return known
    const made = { pid: this.#runs.findIndex((pool) => pool.run === run) + 1, tid: this.#threads.size + 1 }
    this.#threads.set(key, made)
    return made
  }

  names(): TraceEvent[] {
    const processes = this.#runs.map(({ run, names }, index) => ({
      name: 'process_name',
      ph: 'M' as const,
      pid: index + 1,
      tid: 0,
      ts: 0,
      args: { name: `Python ${names.join(', ')} (run ${run})` },
    }))
    const threads = [...this.#threads].map(([key, ids]) => ({
      ...ids,
      name: 'thread_name',
      ph: 'M' as const,
      ts: 0,
      args: { name: key.split(' ')[1] },
    }))
    return [...processes, ...threads]
  }
}
