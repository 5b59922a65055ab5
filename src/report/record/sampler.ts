import type { SampleSeries } from '../model/schema.ts'
import type { RunRecord } from './runRecord.ts'

const INTERVAL_MS = 250

/** Points of all series together. Beyond them, every second one is dropped, and the interval doubles. */
const MAX_POINTS = 60_000

/** Measures a process. Injected, so a test needs none. */
export type Measure = (pid: number) => Promise<{ memory: number; cpu: number }>

/** Samples memory and processor time of every process of some runs. */
export class Sampler {
  readonly #records: () => readonly RunRecord[]
  readonly #measure: Measure
  readonly #series = new Map<string, SampleSeries>()
  #timer: NodeJS.Timeout | undefined
  #interval = INTERVAL_MS
  #points = 0
  #left = 0
  #isBusy = false

  constructor(records: () => readonly RunRecord[], measure: Measure = pidusageOf) {
    this.#records = records
    this.#measure = measure
  }

  start(): void {
    if (this.#timer) return
    this.#timer = setInterval(() => void this.sample(), this.#interval)
    // A sampler must not keep the runner alive.
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  get series(): SampleSeries[] {
    return [...this.#series.values()]
  }

  get cut() {
    return this.#left === 0 ? [] : [{ what: 'samples' as const, kept: this.#points, left: this.#left }]
  }

  async sample(now = Date.now()): Promise<void> {
    // A machine that is too slow for the interval gets fewer samples, not a queue of them.
    if (this.#isBusy) return
    this.#isBusy = true
    const processes = this.#records().flatMap((record) =>
      record.alive.map((one) => ({ ...one, run: record.id })),
    )
    await Promise.all(
      processes.map(async ({ run, id, pid }) => {
        const measured = await this.#measure(pid).catch(() => undefined)
        if (measured) this.#add(run, id, now, measured)
      }),
    )
    this.#isBusy = false
    if (this.#points > MAX_POINTS) this.#thin()
  }

  #add(run: string, worker: string, now: number, { memory, cpu }: Awaited<ReturnType<Measure>>): void {
    const key = `${run} ${worker}`
    const series = this.#series.get(key) ?? { run, worker, times: [], memory: [], cpu: [] }
    this.#series.set(key, series)
    series.times.push(now)
    series.memory.push(memory)
    series.cpu.push(Math.round(cpu * 10) / 10)
    this.#points += 1
  }

  /** All series keep the same times, so they can be added. */
  #thin(): void {
    const times = [...new Set(this.series.flatMap((series) => series.times))].sort((a, b) => a - b)
    const kept = new Set(times.filter((_, index) => index % 2 === 0))
    const before = this.#points
    this.#points = 0
    for (const [key, { run, worker, times: all, memory, cpu }] of this.#series) {
      const isKept = (_: number, index: number) => kept.has(all[index]!)
      const thinned = {
        run,
        worker,
        times: all.filter(isKept),
        memory: memory.filter(isKept),
        cpu: cpu.filter(isKept),
      }
      if (thinned.times.length === 0) this.#series.delete(key)
      else this.#series.set(key, thinned)
      this.#points += thinned.times.length
    }
    this.#left += before - this.#points
    this.#interval *= 2
    if (!this.#timer) return
    this.stop()
    this.start()
  }
}

async function pidusageOf(pid: number): Promise<{ memory: number; cpu: number }> {
  const { default: pidusage } = await import('pidusage')
  return pidusage(pid)
}
