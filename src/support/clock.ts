import timers from 'node:timers'

// Captured when this module loads, so a test that fakes the timers does not stop ours. Imported from Node, because in
// jsdom `globalThis` has the timers of a browser, which cannot be unref'd.
export const { setTimeout, clearTimeout, setImmediate } = timers

const RealDate = Date

/** Milliseconds since the epoch, even if a test has faked `Date`. */
export const now = (): number => RealDate.now()

/** Milliseconds of a clock that is never set, even if a test has faked `performance`. */
export const monotonic: () => number = performance.now.bind(performance)

const { timeOrigin } = performance

/** Milliseconds since the epoch, with fractions, even if a test has faked the time. */
export const epoch = (): number => timeOrigin + monotonic()
