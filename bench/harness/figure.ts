/** One line of the table. */
export interface Row {
  what: string
  figure: number
  unit: Unit
  baseline?: { what: string; figure: number }
  /** Empty if the row is only for comparison. */
  targets: Target[]
}

export type Unit = 'ms' | 'µs' | 'MB' | '/s' | 'KB'

/** A condition and its result. `ratio` targets compare two figures of one run. */
export interface Target {
  text: string
  kind: 'absolute' | 'ratio'
  /** How far the target was missed: 1 or less is met, 1.3 is missed by 30 %. */
  excess: number
  /** How far it was missed when docs/performance.md was written. The gate keeps it from getting worse. */
  known?: number
  /** How far the fastest quarter of the samples missed it. The gate prefers it to `excess`. */
  fastest?: number
}

/** A benchmark that produces one or more rows. */
export interface Figure {
  id: string
  measure(): Promise<Row[]>
}

export function atMost(figure: number, limit: number, unit: Unit): Target {
  return { text: `≤ ${limit} ${unit}`, kind: 'absolute', excess: figure / limit }
}

/** At most so much more than the baseline. */
export function atMostMore(figure: number, baseline: number, more: number, unit: Unit): Target {
  return { text: `≤ baseline + ${more} ${unit}`, kind: 'absolute', excess: figure / (baseline + more) }
}

/** For durations: at least `factor` times faster than the baseline. */
export function timesFaster(figure: number, baseline: number, factor: number): Target {
  return { text: `≥ ${factor}× faster`, kind: 'ratio', excess: (factor * figure) / baseline }
}

/** For durations: at most `factor` times the baseline. */
export function within(figure: number, baseline: number, factor: number): Target {
  return { text: `≤ ${factor} × baseline`, kind: 'ratio', excess: figure / (factor * baseline) }
}

/** For rates: at least `factor` times the baseline. */
export function reaches(figure: number, baseline: number, factor: number): Target {
  return { text: `≥ ${factor} × baseline`, kind: 'ratio', excess: (factor * baseline) / figure }
}

/**
 * A target whose gate compares the lower quartiles of both sides, as `fastest` does. On a busy machine, a sample of a few
 * milliseconds waits for a whole time slice of another process or not at all, so the medians of a few samples differ widely.
 */
export function gatedBy(fastest: Target, target: Target): Target {
  return { ...target, fastest: fastest.excess }
}

/** A target that is known to be missed. */
export function missedBy(known: number, target: Target): Target {
  return { ...target, known }
}
