/** What the steps of a node take, in milliseconds, as measured on a real cluster by the figure `cluster`. */
export interface Delays {
  /** A line through Ray, one way. */
  readonly line: number
  /** A fork, until the process exists, and until it is ready: the shortest and the longest. */
  readonly forked: readonly [number, number]
  readonly ready: readonly [number, number]
  /** The end of a worker that is asked to. */
  readonly exit: number
  /** An actor with its reaper, and the imports of its forkserver. */
  readonly place: number
  readonly imports: number
}

export const MEASURED: Delays = {
  line: 1,
  forked: [8, 20],
  ready: [20, 50],
  exit: 10,
  place: 800,
  imports: 400,
}

/** The delay of the worker with this number: between the shortest and the longest, and the same in each run. */
export function delayOf([least, most]: readonly [number, number], number: number): number {
  // The golden ratio spreads successive numbers evenly.
  return least + (most - least) * ((number * 0.618_033_988_75) % 1)
}
