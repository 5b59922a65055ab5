/** Retries take at most this share of the time. */
const MAX_RETRY_SHARE = 1 / 10
/** A failure is remembered at least this long, so tests that wait for the same start fail together. */
const MIN_BACKOFF_MS = 1_000

/** Forgets a failed attempt after a back-off, so the next caller retries instead of getting a stale error. */
export function forgetFailure(attempt: Promise<unknown>, forget: () => void): void {
  const began = performance.now()
  attempt.catch(() => {
    setTimeout(forget, Math.max(MIN_BACKOFF_MS, (performance.now() - began) / MAX_RETRY_SHARE)).unref()
  })
}
