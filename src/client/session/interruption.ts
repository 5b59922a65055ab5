import { clearTimeout, setTimeout } from '../../support/clock.ts'
import type { Session } from './session.ts'

/** Milliseconds after which a coroutine that does not react to its cancellation is interrupted. */
const INTERRUPT_AGAIN_MS = 250
/** Milliseconds more until the worker is ended. */
const ABANDON_MS = 1_000

/**
 * Ends a call that nobody waits for any more: asks, insists, and in the end has the worker replaced.
 *
 * @returns what Python raised on the way out, with the frames where it was; WorkerLostError where it had to be killed
 */
export async function interrupt(session: Session, call: number, name: string): Promise<Error | undefined> {
  const ended = session.cancel(call)
  const insist = setTimeout(() => session.interruptAgain(call), INTERRUPT_AGAIN_MS)
  const kill = setTimeout(() => session.abandon(call, name), INTERRUPT_AGAIN_MS + ABANDON_MS)
  try {
    return await ended
  } finally {
    clearTimeout(insist)
    clearTimeout(kill)
  }
}
