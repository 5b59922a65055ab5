/** A wait took too long. The message names the event that did not happen. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/**
 * Waits for `promise`, at most `milliseconds`.
 *
 * @param waitedFor names the event, for example "the reaper to say that it is armed"
 * @throws DeadlineError if the time is up first
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
