import type { FunctionCalls } from './schema.ts'

/** Two neighbouring bounds differ by 5%, and so does a percentile from the truth. */
const STEP = 1.05
const SMALLEST_MS = 0.01

/** Counts durations in buckets, so the memory doesn't grow with their number. */
export class Durations {
  count = 0
  total = 0
  max = 0
  readonly #buckets = new Map<number, number>()

  /** @param duration milliseconds */
  add(duration: number): void {
    this.count += 1
    this.total += duration
    this.max = Math.max(this.max, duration)
    const bucket = Math.ceil(Math.log(Math.max(duration, SMALLEST_MS) / SMALLEST_MS) / Math.log(STEP))
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1)
  }

  /** @param share between 0 and 1 @returns milliseconds; 0 if there is none */
  percentile(share: number): number {
    let left = Math.ceil(this.count * share)
    for (const [bucket, count] of [...this.#buckets].sort(([a], [b]) => a - b)) {
      left -= count
      if (left <= 0) return Math.min(this.max, SMALLEST_MS * STEP ** bucket)
    }
    return this.max
  }
}

/** Calls counted by function. */
export class CallCounts {
  readonly all = new Durations()
  readonly #functions = new Map<string, { durations: Durations; failures: number }>()

  /** @param duration milliseconds */
  add(name: string, duration: number, failed: boolean): void {
    const known = this.#functions.get(name) ?? { durations: new Durations(), failures: 0 }
    this.#functions.set(name, known)
    known.durations.add(duration)
    if (failed) known.failures += 1
    this.all.add(duration)
  }

  /** Sorted by total time. */
  functions(): FunctionCalls[] {
    return [...this.#functions]
      .map(([name, { durations, failures }]) => ({
        name,
        calls: durations.count,
        failures,
        total: rounded(durations.total),
        p50: rounded(durations.percentile(0.5)),
        p95: rounded(durations.percentile(0.95)),
        max: rounded(durations.max),
      }))
      .sort((a, b) => b.total - a.total)
  }

  latency() {
    const { count, max } = this.all
    return {
      calls: count,
      p50: rounded(this.all.percentile(0.5)),
      p95: rounded(this.all.percentile(0.95)),
      max: rounded(max),
    }
  }
}

/** Microseconds are enough. */
export function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}
