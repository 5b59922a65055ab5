import type { Report } from '../model/schema.ts'

/**
 * The report as the page in the HTML file reads it: long lists are columns, texts are numbers of `texts`, and times are
 * milliseconds since `startedAt`. That is a quarter of the size of the JSON report.
 */
export interface Timeline extends Omit<Report, 'leases' | 'calls' | 'samples'> {
  texts: string[]
  leases: LeaseColumns
  calls: CallColumns
  samples: { worker: number; times: number[]; memory: number[]; cpu: number[] }[]
}

/** `worker` is an index of `workers`; -1 is none. */
export interface LeaseColumns {
  worker: number[]
  id: number[]
  file: number[]
  test: number[]
  from: number[]
  taken: (number | null)[]
  until: (number | null)[]
  wait: number[]
}

/** `lease` is an index of the leases; -1 is none. `error` is -1 if the call succeeded. */
export interface CallColumns {
  worker: number[]
  lease: number[]
  name: number[]
  from: number[]
  until: number[]
  error: number[]
}

export function timelineOf(report: Report): Timeline {
  const texts = new Texts()
  const at = (time: number) => Math.round((time - report.startedAt) * 100) / 100
  const orNull = (time: number | null) => (time === null ? null : at(time))
  const workers = indexed(report.workers)
  const leases = indexed(report.leases)
  const workerOf = ({ run, worker }: { run: string; worker: string }) => workers.get(`${run} ${worker}`) ?? -1
  return {
    ...report,
    workers: report.workers.map((worker) => ({
      ...worker,
      from: at(worker.from),
      ready: orNull(worker.ready),
      until: orNull(worker.until),
    })),
    orphans: report.orphans.map((orphan) => ({ ...orphan, from: at(orphan.from) })),
    leases: {
      worker: report.leases.map(workerOf),
      id: report.leases.map(({ id }) => texts.add(id)),
      file: report.leases.map(({ file }) => texts.add(file)),
      test: report.leases.map(({ test }) => texts.add(test)),
      from: report.leases.map(({ from }) => at(from)),
      taken: report.leases.map(({ taken }) => orNull(taken)),
      until: report.leases.map(({ until }) => orNull(until)),
      wait: report.leases.map(({ wait }) => wait),
    },
    calls: {
      worker: report.calls.map(workerOf),
      lease: report.calls.map(({ run, lease }) => leases.get(`${run} ${lease}`) ?? -1),
      name: report.calls.map(({ name }) => texts.add(name)),
      from: report.calls.map(({ from }) => at(from)),
      until: report.calls.map(({ until }) => at(until)),
      error: report.calls.map(({ error }) => (error === null ? -1 : texts.add(error))),
    },
    samples: report.samples.map((series) => ({
      worker: workerOf(series),
      times: series.times.map(at),
      memory: series.memory,
      cpu: series.cpu,
    })),
    texts: texts.all,
  }
}

function indexed(entries: readonly { run: string; id: string }[]): Map<string, number> {
  return new Map(entries.map(({ run, id }, index) => [`${run} ${id}`, index]))
}

/** Each text once. */
class Texts {
  readonly all: string[] = []
  readonly #numbers = new Map<string, number>()

  add(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    this.#numbers.set(text, this.all.length)
    return this.all.push(text) - 1
  }
}
