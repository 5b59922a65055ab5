import { availableParallelism, loadavg } from 'node:os'

/** Milliseconds for an event whose time is not the claim of a test. Long enough for any busy machine. */
export const PATIENCE_MS = 60_000

/** The most by which a busy machine may stretch a promised time. */
const MAX_STRETCH = 10

/**
 * A time that the product promises, for the load that this machine has now: with three times as many runnable processes
 * as cores, everything takes three times as long. On an idle machine, it is the promised time.
 */
export function promised(milliseconds: number): number {
  const stretch = (loadavg()[0] ?? 0) / availableParallelism()
  return milliseconds * Math.min(MAX_STRETCH, Math.max(1, stretch))
}
