// Taken when the module loads, so that a test which fakes the timers does not stop ours.
export const { setTimeout, clearTimeout } = globalThis
