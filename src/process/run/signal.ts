import { join } from 'node:path'
import { packageRoot } from '../../support/packageRoot.ts'
import type { Identity } from '../system/identity.ts'

/** The outcome of a signal. `impostor`: another process has the pid by now, so it got no signal. */
export interface SignalOutcome extends Identity {
  outcome: 'sent' | 'gone' | 'impostor' | 'denied'
}

export type Signaller = (targets: Identity[], signal: NodeJS.Signals) => Promise<SignalOutcome[]>

/** The Python programs of this package, as one path that Python can execute. */
export const pythonPrograms: string = join(packageRoot, 'python')

/**
 * A signaller that needs no reaper. Node has no pidfd, so a short Python program opens one for each target, then
 * checks the target's identity, then signals through the pidfd. No pid can be reused in between.
 *
 * @param executable interpreter; it needs the standard library only
 */
export function oneShotSignaller(executable: string): Signaller {
  return async (targets, signal) => {
    if (targets.length === 0) return []
    // Loaded on demand, so a run without Python does not pay for it.
    const { execa } = await import('execa')
    const input = `${JSON.stringify({ op: 'signal', request: 1, signal, targets })}\n`
    const { stdout } = await execa(executable, ['-I', '-S', pythonPrograms, 'signal'], {
      input,
      timeout: 10_000,
    })
    return (JSON.parse(stdout) as { outcomes: SignalOutcome[] }).outcomes
  }
}
