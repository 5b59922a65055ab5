/** A wait that took too long; the message says what was waited for. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/**
 * Waits for `promise`, at most `milliseconds`.
 *
 * @param waitedFor says what was waited for, as in "the reaper to say that it is armed"
 * @throws DeadlineError when the time is up
 */
export async function withDeadline<T>(
  promise: Promise<T>,
  milliseconds: number,
  waitedFor: string | (() => string),
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const what = typeof waitedFor === 'string' ? waitedFor : waitedFor()
      reject(new DeadlineError(`Waited ${milliseconds} ms for ${what}.`))
    }, milliseconds)
  })
  try {
    return await Promise.race([promise, expiry])
  } finally {
    clearTimeout(timer)
  }
}
