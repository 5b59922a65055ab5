import { setTimeout as sleep } from 'node:timers/promises'

export interface Repetition<T> {
  look(): T | Promise<T>
  /** Whether what was seen is what is waited for. */
  isDone(seen: T): boolean
  /** What is done about it before the next look. */
  act?(seen: T): Promise<unknown>
  /** Milliseconds; there is always one look. */
  timeout: number
  /** Milliseconds between two looks. */
  pause: number
}

/** Looks, acts, waits and looks again, until it is done or the time is up; what the last look saw. */
export async function repeat<T>({ look, isDone, act, timeout, pause }: Repetition<T>): Promise<T> {
  const until = performance.now() + timeout
  for (;;) {
    const seen = await look()
    if (isDone(seen) || performance.now() > until) return seen
    await act?.(seen)
    await sleep(pause)
  }
}
