import { readFileSync } from 'node:fs'

/** USER_HZ: what the kernel shows to programs, 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

/** Clock ticks since boot, as start times are counted. */
export function clockTicksNow(): number {
  return Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) * TICKS_PER_SECOND
}

/** Milliseconds from a start time until `now` (clock ticks). */
export function millisecondsBetween(startTime: string, now: number): number {
  return Math.max(0, Math.round(((now - Number(startTime)) * 1000) / TICKS_PER_SECOND))
}

/** When this machine was booted, in milliseconds since 1970. */
export function bootedAt(): number {
  return Date.now() - (clockTicksNow() * 1000) / TICKS_PER_SECOND
}
