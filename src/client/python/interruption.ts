import { clearTimeout, setTimeout } from '../../support/clock.ts'
import type { Session } from '../session/session.ts'

/** Milliseconds after which a coroutine that does not react to its cancellation is interrupted. */
const INTERRUPT_AGAIN_MS = 250
/** Milliseconds more after which the worker is killed. */
const ABANDON_MS = 1_000

/**
 * Ends a call whose caller no longer waits for it: cancels it, interrupts it, and in the end has the worker killed.
 *
 * @returns the exception that Python raised on the way out, with its frames; a WorkerLostError if the worker had
 * to be killed
 */
export async function interrupt(session: Session, call: number, name: string): Promise<Error | undefined> {
  const ended = session.cancel(call)
  const again = setTimeout(() => session.interruptAgain(call), INTERRUPT_AGAIN_MS)
  const abandon = setTimeout(() => session.abandon(call, name), INTERRUPT_AGAIN_MS + ABANDON_MS)
  try {
    return await ended
  } finally {
    clearTimeout(again)
    clearTimeout(abandon)
  }
}
