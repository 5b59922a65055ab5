import { pollUntil } from '../../support/pollUntil.ts'

/** For a process to notice that its worker or its runner is gone, before it counts as a survivor. */
export const SETTLE_TIMEOUT_MS = 1_000
/** For a process to be gone after SIGKILL. */
export const KILL_TIMEOUT_MS = 5_000
/** For a worker or a forkserver to be killed and gone, on top of the time in which it may end by itself. */
export const KILL_MARGIN_MS = 3_000
/** Between two sweeps. */
export const SWEEP_INTERVAL_MS = 25

/** The part of a sweep's result that the loops read. */
interface Survivors {
  readonly found: readonly unknown[]
  /** Processes that could not be read: they had ended before, or must be looked at again. */
  readonly vanished: number
}

/** Whether a sweep found no process of the run, and none that it could not read. */
export function isClean({ found, vanished }: Survivors): boolean {
  return found.length === 0 && vanished === 0
}

/** Sweeps until there is no survivor or `SETTLE_TIMEOUT_MS` is over. Kills nothing. */
export function settle<T extends Survivors>(look: () => Promise<T>): Promise<T> {
  return pollUntil<T>({ look, isDone: isClean, timeout: SETTLE_TIMEOUT_MS, interval: SWEEP_INTERVAL_MS })
}

/**
 * Sweeps and kills until there is no survivor or `KILL_TIMEOUT_MS` is over: a process may fork while it is being
 * killed. Returns the result of the last sweep.
 */
export function killUntilClean<T extends Survivors>(
  look: () => Promise<T>,
  kill: (survivors: T) => Promise<unknown>,
): Promise<T> {
  const interval = SWEEP_INTERVAL_MS
  return pollUntil<T>({ look, isDone: isClean, act: kill, timeout: KILL_TIMEOUT_MS, interval })
}
