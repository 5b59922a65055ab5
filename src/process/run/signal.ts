import { join } from 'node:path'
import { packageRoot } from '../../support/packageRoot.ts'
import type { Identity } from '../system/identity.ts'

/** What became of a signal: `impostor` is another process that has the pid now and was left alone. */
export interface SignalOutcome extends Identity {
  outcome: 'sent' | 'gone' | 'impostor' | 'denied'
}

export type Signaller = (targets: Identity[], signal: NodeJS.Signals) => Promise<SignalOutcome[]>

/** The Python programs of this package, as one path that Python can execute. */
export const pythonPrograms: string = join(packageRoot, 'python')

/**
 * A signaller that needs no reaper. Node has no pidfd, so a short Python program opens one for each target,
 * checks its identity behind it, and sends: no pid can be reused in between.
 *
 * @param executable interpreter; its standard library suffices
 */
export function oneShotSignaller(executable: string): Signaller {
  return async (targets, signal) => {
    if (targets.length === 0) return []
    // Loaded when it is needed: a run without Python does not pay for it.
    const { execa } = await import('execa')
    const input = `${JSON.stringify({ op: 'signal', request: 1, signal, targets })}\n`
    const { stdout } = await execa(executable, ['-I', '-S', pythonPrograms, 'signal'], {
      input,
      timeout: 10_000,
    })
    return (JSON.parse(stdout) as { outcomes: SignalOutcome[] }).outcomes
  }
}
