import { readLog, withoutOwnFrames } from '../../process/run/printedText.ts'
import { describeExit, type Exit } from '../../process/system/exit.ts'
import { seconds } from '../../support/text/seconds.ts'
import { tailOf } from '../python/start/startFailure.ts'
import type { Worker } from '../python/worker.ts'
import { describeHolder, type LeaseRecord } from './leaseLog.ts'
import type { Slot } from './slot.ts'
import { heldBy } from './slotState.ts'

/**
 * Explains why no worker became free in time: lists which test has held which worker for how long.
 *
 * @param timeout milliseconds
 */
export function explainWait(slots: Iterable<Slot>, timeout: number, maxWorkers: number): string {
  const holders = [...slots].flatMap(({ id, state }) => {
    const lease = heldBy(state)?.lease
    if (lease?.takenAt === undefined) return []
    return [`  ${id}: ${describeHolder(lease.holder)}, for ${seconds(Date.now() - lease.takenAt)}`]
  })
  const held =
    holders.length === 0
      ? 'No worker is leased: Python is still starting.'
      : `Leased workers:\n${holders.join('\n')}`
  return (
    `No Python process became free within ${timeout} ms (leaseTimeout). ${held}\n` +
    `At most ${maxWorkers} can run at once (maxWorkers).`
  )
}

/** Explains how a leased worker ended, and quotes the last lines that it printed. */
export function explainLoss(worker: Worker, lease: LeaseRecord, exit: Exit): string {
  const printed = tailOf(withoutOwnFrames(readLog(worker.log)), 20)
  const ending = `The Python process of this lease (worker ${worker.id}${worker.node ? ` on ${worker.node}` : ''}, pid ${worker.pid}) ${describeExit(exit)} during ${describeHolder(lease.holder)}.`
  const fork = suspectFork(worker, exit)
  const explained = fork === undefined ? ending : `${ending}\n${explainFork(fork)}`
  if (printed === '' && worker.node) return `${explained}\nIts output is in ${worker.log} on ${worker.node}.`
  return printed === '' ? explained : `${explained}\nIts last output:\n${printed.replace(/^/gm, '    ')}`
}

/** Tells why a shared worker is replaced: the function of `reset` has failed, or has not ended. */
export function explainReset(worker: Worker, reset: string, problem: string): string {
  return `Worker ${worker.id} is replaced, because ${reset} (option reset) ${problem}`
}

/** The reason for the end of a worker whose call did not stop. */
export const WENT_ON = 'went on after it was interrupted'

/** A worker that a fork may have broken. */
export interface SuspectedFork {
  readonly ending: 'crash' | 'hang'
  /** Libraries whose native threads the fork did not copy. */
  readonly libraries: readonly string[]
  /** The one of these libraries that the call waits in, if it was seen. */
  readonly waitsIn?: string | undefined
}

/** A fork is a possible cause only if native threads existed, and native code ended the process or did not return. */
export function suspectFork(worker: Worker, exit: Exit): SuspectedFork | undefined {
  const { lacksThreadsOf: libraries = [] } = worker
  if (libraries.length === 0) return undefined
  if (exit.because?.includes(WENT_ON)) {
    return { ending: 'hang', libraries, waitsIn: libraries.find((library) => library === exit.waitsIn) }
  }
  const isCrash = exit.signal !== null && exit.signal !== 'SIGKILL' && exit.because === undefined
  return isCrash ? { ending: 'crash', libraries } : undefined
}

/** Says why the workers that start later are spawned. */
export function explainDistrust({ id }: Worker, { ending, libraries }: SuspectedFork): string {
  const end = ending === 'hang' ? 'did not return from a call' : 'crashed'
  return `${id}, a forked worker, ${end}, and it lacked the native threads of ${libraries.join(' and ')}.`
}

function explainFork({ ending, libraries, waitsIn }: SuspectedFork): string {
  const seen = waitsIn === undefined ? '' : `The call waits in ${waitsIn}. `
  const likely = ending === 'hang' && !seen ? 'If the call waits in native code, forking' : 'Forking'
  return (
    `${seen}${likely} is a likely cause: ${libraries.join(' and ')} had started native threads while your modules were imported, ` +
    'and a forked worker does not have them. This run spawns its workers from now on. ' +
    "Set startMethod: 'spawn', or use the library in functions that are called later only."
  )
}
