import { readLog, withoutOwnFrames } from '../../process/run/printedText.ts'
import { describeExit, type Exit } from '../../process/system/exit.ts'
import { seconds } from '../../support/seconds.ts'
import { lastLines } from '../python/startFailure.ts'
import type { Worker } from '../python/worker.ts'
import { describeHolder, type LeaseRecord } from './leases.ts'
import type { Slot } from './slot.ts'

/**
 * Why a lease was waited for too long: who holds what for how long.
 *
 * @param timeout milliseconds
 */
export function explainWait(slots: Iterable<Slot>, timeout: number, maxWorkers: number): string {
  const holders = [...slots].flatMap(({ id, lease }) =>
    lease?.taken
      ? [`  ${id}: ${describeHolder(lease.holder)}, for ${seconds(Date.now() - lease.taken)}`]
      : [],
  )
  const held =
    holders.length === 0
      ? 'No worker is leased: Python is still starting.'
      : `Leased are:\n${holders.join('\n')}`
  return (
    `No Python process became free within ${timeout} ms (leaseTimeout). ${held}\n` +
    `At most ${maxWorkers} live at once (maxWorkers).`
  )
}

/** How a worker ended that a test held, and what it printed last. */
export function explainLoss(worker: Worker, lease: LeaseRecord, exit: Exit): string {
  const printed = lastLines(withoutOwnFrames(readLog(worker.log)), 20)
  const what = `The Python process of this lease (worker ${worker.id}, pid ${worker.pid}) ${describeExit(exit)} during ${describeHolder(lease.holder)}.`
  return printed === '' ? what : `${what}\nIt printed last:\n${printed.replace(/^/gm, '    ')}`
}
