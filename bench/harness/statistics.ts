/** The value that `percent` percent of the samples do not exceed. */
export function percentile(samples: readonly number[], percent: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const index = Math.ceil((percent / 100) * sorted.length) - 1
  return sorted[Math.max(0, index)] ?? Number.NaN
}

export function lowerQuartile(samples: readonly number[]): number {
  return percentile(samples, 25)
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 50)
}
