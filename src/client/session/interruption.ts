import { clearTimeout, setTimeout } from '../../support/clock.ts'
import type { Session } from './session.ts'

/** Milliseconds after which a coroutine that does not react to its cancellation is interrupted. */
const INSIST_AFTER = 250
/** Milliseconds more until the worker is ended. */
const GRACE = 1_000

/**
 * Ends a call that nobody waits for any more: asks, insists, and in the end has the worker replaced.
 *
 * @returns what Python raised on the way out, with the frames where it was; WorkerLostError where it had to be killed
 */
export async function interrupt(session: Session, call: number, name: string): Promise<Error | undefined> {
  const ended = session.cancel(call)
  const insist = setTimeout(() => session.insist(call), INSIST_AFTER)
  const kill = setTimeout(() => session.giveUpOn(call, name), INSIST_AFTER + GRACE)
  try {
    return await ended
  } finally {
    clearTimeout(insist)
    clearTimeout(kill)
  }
}
