/** Trying again and again costs no more than this part of the time. */
const SHARE = 1 / 10
/** Milliseconds for which a failure holds in any case: the tests that wait for the same thing fail together. */
const LEAST = 1_000

/** Has a failure forgotten after a while, so that who asks then meets what is the case then. */
export function forgetFailure(attempt: Promise<unknown>, forget: () => void): void {
  const began = performance.now()
  attempt.catch(() => {
    setTimeout(forget, Math.max(LEAST, (performance.now() - began) / SHARE)).unref()
  })
}
