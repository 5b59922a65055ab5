import { setTimeout as sleep } from 'node:timers/promises'
import { type Check, ok, problem, warning } from './check.ts'

/** Milliseconds that both clocks counted, and the time of day. */
export interface ClockFacts {
  wall: number
  monotonic: number
  now: number
}

const WATCHED = 200
const TOLERANCE = 50
/** No machine with this package on it lives before that. */
const EARLIEST = Date.UTC(2025, 0, 1)

export const clockCheck: Check<ClockFacts> = {
  name: 'clock',
  async gather() {
    const [wall, monotonic] = [Date.now(), performance.now()]
    await sleep(WATCHED)
    return { wall: Date.now() - wall, monotonic: performance.now() - monotonic, now: Date.now() }
  },
  judge({ wall, monotonic, now }) {
    if (now < EARLIEST)
      return problem(
        `it is ${new Date(now).toISOString()} here`,
        'set the clock: certificates are not valid yet',
      )
    const drift = Math.round(wall - monotonic)
    if (Math.abs(drift) > TOLERANCE)
      return warning(
        `the time of day moved by ${drift} ms against the monotonic clock within ${Math.round(monotonic)} ms`,
        'let the time service finish: ages and traces of orphans are off while it moves',
      )
    return ok('time of day and monotonic clock agree')
  },
}
