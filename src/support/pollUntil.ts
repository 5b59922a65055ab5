import { setTimeout as sleep } from 'node:timers/promises'

export interface Poll<T> {
  look(): T | Promise<T>
  isDone(seen: T): boolean
  /** Called after a look that was not the last one. */
  act?(seen: T): Promise<unknown>
  /** Milliseconds. There is always one look. */
  timeout: number
  /** Milliseconds between two looks. */
  interval: number
}

/** Looks, acts, waits and looks again until it is done or the time is up. Returns the result of the last look. */
export async function pollUntil<T>({ look, isDone, act, timeout, interval }: Poll<T>): Promise<T> {
  const until = performance.now() + timeout
  for (;;) {
    const seen = await look()
    if (isDone(seen) || performance.now() > until) return seen
    await act?.(seen)
    await sleep(interval)
  }
}
