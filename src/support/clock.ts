import timers from 'node:timers'

// Taken when the module loads, so that a test which fakes the timers does not stop ours; and from Node,
// because in jsdom `globalThis` has those of a browser, which cannot be unref'd.
export const { setTimeout, clearTimeout } = timers

const RealDate = Date

/** Milliseconds since the epoch, whatever the test made of `Date`. */
export const now = (): number => RealDate.now()
