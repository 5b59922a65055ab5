/** The shortest time that is told apart, in milliseconds. */
const SHORTEST_MS = 0.01
/** Entries for each doubling. Percentiles are then right to 19 percent. */
const PER_DOUBLING = 4

/** The entry of a histogram that counts calls of this duration. */
export function entryOf(duration: number): number {
  return Math.max(0, Math.ceil(PER_DOUBLING * Math.log2(duration / SHORTEST_MS)))
}

/** The longest duration that an entry counts, in milliseconds. */
export function longestOf(entry: number): number {
  return SHORTEST_MS * 2 ** (entry / PER_DOUBLING)
}

/** The sum of two histograms. */
export function addHistograms(one: readonly number[], other: readonly number[]): number[] {
  const length = Math.max(one.length, other.length)
  return Array.from({ length }, (_, entry) => (one[entry] ?? 0) + (other[entry] ?? 0))
}

/**
 * The duration that a share of the calls did not exceed, in milliseconds, rounded up to the end of its entry; 0 if there
 * were no calls.
 *
 * @param share between 0 and 1: 0.95 for the 95th percentile
 */
export function percentile(histogram: readonly number[], share: number): number {
  const calls = histogram.reduce((sum, count) => sum + count, 0)
  let seen = 0
  const entry = histogram.findIndex((count) => {
    seen += count
    return seen >= share * calls && seen > 0
  })
  return entry < 0 ? 0 : longestOf(entry)
}
