import { addHistograms, percentile } from '../../client/events/histogram.ts'
import type { FunctionCalls, Report } from './schema.ts'

type Counted = Omit<FunctionCalls, 'p50' | 'p95'>

/** Adds the calls of several leases or reports, by function; sorted by total time. */
export function addFunctions(all: Iterable<Counted>): FunctionCalls[] {
  const sums = new Map<string, Counted>()
  for (const next of all) {
    const known = sums.get(next.name)
    sums.set(next.name, known ? sumOf(known, next) : next)
  }
  return [...sums.values()]
    .map(({ name, calls, failures, total, max, histogram }) => ({
      name,
      calls,
      failures,
      total: rounded(total),
      ...percentiles(histogram, max),
      max: rounded(max),
      histogram,
    }))
    .sort((a, b) => b.total - a.total)
}

/** Figures of all calls together. */
export function latencyOf(functions: readonly FunctionCalls[]): Report['latency'] {
  const histogram = functions.reduce((sum, one) => addHistograms(sum, one.histogram), [] as number[])
  const max = functions.reduce((most, one) => Math.max(most, one.max), 0)
  const calls = functions.reduce((sum, one) => sum + one.calls, 0)
  return { calls, ...percentiles(histogram, max), max }
}

function sumOf(one: Counted, other: Counted): Counted {
  return {
    name: one.name,
    calls: one.calls + other.calls,
    failures: one.failures + other.failures,
    total: one.total + other.total,
    max: Math.max(one.max, other.max),
    histogram: addHistograms(one.histogram, other.histogram),
  }
}

function percentiles(histogram: readonly number[], max: number): { p50: number; p95: number } {
  const at = (share: number) => rounded(Math.min(max, percentile(histogram, share)))
  return { p50: at(0.5), p95: at(0.95) }
}

/** Microseconds are enough. */
export function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}
