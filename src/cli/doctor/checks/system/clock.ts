import { setTimeout as sleep } from 'node:timers/promises'
import { type Check, ok, problem, warning } from '../check.ts'

/** Milliseconds that passed on both clocks, and the time of day. */
export interface ClockFacts {
  wall: number
  monotonic: number
  now: number
}

const SAMPLE_MS = 200
const MAX_DRIFT_MS = 50
/** This package did not exist before that. */
const MIN_DATE = Date.UTC(2025, 0, 1)

export const clockCheck: Check<ClockFacts> = {
  name: 'clock',
  async gather() {
    const [wall, monotonic] = [Date.now(), performance.now()]
    await sleep(SAMPLE_MS)
    return { wall: Date.now() - wall, monotonic: performance.now() - monotonic, now: Date.now() }
  },
  judge({ wall, monotonic, now }) {
    if (now < MIN_DATE)
      return problem(`shows ${new Date(now).toISOString()}`, 'set the clock: certificates are not valid yet')
    const drift = Math.round(wall - monotonic)
    if (Math.abs(drift) > MAX_DRIFT_MS)
      return warning(
        `the time of day moved by ${drift} ms against the monotonic clock within ${Math.round(monotonic)} ms`,
        'wait until the time service has finished: until then, the ages of orphans are wrong',
      )
    return ok('time of day and monotonic clock agree')
  },
}
