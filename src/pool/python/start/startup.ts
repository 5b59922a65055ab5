import { setImmediate } from 'node:timers/promises'
import { readLog } from '../../../process/run/printedText.ts'
import type { Exit } from '../../../process/system/exit.ts'
import { DeadlineError, withDeadline } from '../../../support/deadline.ts'
import type { ErrorCode } from '../../../support/errorCodes.ts'
import { SetupError } from '../../../support/errors.ts'
import type { JsonLine } from '../../../support/jsonLines.ts'
import type { Control, Listener, Peer } from '../control.ts'
import { explainStartFailure, type ImportFailure, type StartFailure } from './startFailure.ts'

/** The line by which a forkserver or a worker reports that it is ready, or that its start failed. */
export interface StartReport {
  readonly peer: Peer
  readonly line: JsonLine
}

/** A process that exists but is not ready yet. */
export interface Startup {
  /** Subject of the error message: "The forkserver", "Worker w3". */
  readonly who: string
  readonly code: ErrorCode
  readonly executable: string
  /** File that holds everything the process printed. */
  readonly log: string
  readonly report: Promise<StartReport>
  readonly exited: Promise<Exit>
  /** Milliseconds. */
  readonly timeout: number
  /** The module that is being imported now. */
  importing?(): string | undefined
  /** Ends the process if it is not ready in time. */
  kill(): unknown
}

/** Resolves when the peer reports how its start went. `onLine` gets all other lines of the peer, before and after. */
export function expectReport(
  control: Control,
  role: string,
  id: string,
  onLine: Listener,
): Promise<StartReport> {
  return new Promise((resolve) => {
    control.expect(role, id, (line, peer) => {
      if (line['event'] === 'ready' || line['event'] === 'failed') resolve({ peer, line })
      else onLine(line, peer)
    })
  })
}

/**
 * Waits until the process is ready.
 *
 * @throws SetupError with the output of the process, how it ended, and the next step
 */
export async function waitUntilReady(startup: Startup): Promise<StartReport> {
  const { who, timeout, report, exited } = startup
  const ended = exited.then((exit) => ({ exit }))
  const outcome = await withDeadline(Promise.race([report, ended]), timeout, `${who} to be ready`).catch(
    async (error: unknown) => {
      if (!(error instanceof DeadlineError)) throw error
      await startup.kill()
      throw startError(startup, { waited: timeout })
    },
  )
  const last = 'exit' in outcome ? ((await readyReport(report)) ?? outcome) : outcome
  if ('exit' in last) throw startError(startup, { exit: last.exit })
  if (last.line['event'] === 'failed')
    throw startError(startup, { failure: last.line['failure'] as ImportFailure })
  return last
}

/**
 * The report of a process that has ended. It came over another connection than the news of the end, and before it, so it
 * is read in the same turn of the event loop, or in the next one.
 */
async function readyReport(report: Promise<StartReport>): Promise<StartReport | undefined> {
  for (let turn = 0; turn < 2; turn++) await setImmediate()
  return Promise.race([report, undefined])
}

function startError(startup: Startup, why: Pick<StartFailure, 'failure' | 'exit' | 'waited'>): SetupError {
  const { who, code, executable, log } = startup
  const failure = { who, executable, importing: startup.importing?.(), output: readLog(log), ...why }
  return new SetupError(code, explainStartFailure(failure))
}
