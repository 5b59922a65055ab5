import { join } from 'node:path'
import { readLog } from '../../process/run/printedText.ts'
import type { Exit } from '../../process/system/exit.ts'
import type { Identity } from '../../process/system/identity.ts'
import { DeadlineError, withDeadline } from '../../support/deadline.ts'
import { asSetupError, SetupError } from '../../support/errors.ts'
import type { JsonLine } from '../../support/jsonLines.ts'
import type { Run } from '../run/run.ts'
import type { Control, Peer } from './control.ts'
import type { Forkserver, PythonInstallation } from './forkserver.ts'
import { explainStartFailure, type ImportFailure } from './startFailure.ts'

/** A worker that is up: its gRPC server listens. */
export interface Worker extends Identity {
  readonly id: string
  /** gRPC target. */
  readonly address: string
  /** File that holds what it printed. */
  readonly log: string
  /** Resolves when it ended; never rejects. */
  readonly exited: Promise<Exit>
  /** Asks it to run its `atexit` functions and to end. */
  askToExit(): void
  kill(): void
  /** Ends it, with its stack at the end of its log. */
  abort(): void
}

export interface WorkerStart {
  id: string
  run: Run
  control: Control
  forkserver: Forkserver
  installation: PythonInstallation
  /** Called as soon as the process exists. */
  onProcess(identity: Identity): void
  /** Called with files of the user that a lease has come to use. */
  onUsed(leaseId: string, files: string[]): void
}

/**
 * Starts a worker and waits until its gRPC server listens.
 *
 * @throws SetupError WORKER_START_FAILED with what it printed, how it ended, and the likely cause
 */
export async function startWorker(start: WorkerStart): Promise<Worker> {
  const { id, run, control, forkserver } = start
  const log = join(run.directory.path, 'logs', `${id}.log`)
  const up = new Promise<{ peer: Peer; line: JsonLine }>((resolve) => {
    control.expect('worker', id, (line, peer) => {
      if (line['event'] === 'used') start.onUsed(String(line['lease']), line['files'] as string[])
      // Else it says one thing only: that it is ready, or why not.
      else resolve({ peer, line })
    })
  })
  const { pid, startTime, exited } = await forkserver.start(id).catch((error: unknown) => {
    // It may be born yet: nobody would hold it.
    control.forget('worker', id)
    forkserver.kill(id)
    throw asSetupError('WORKER_START_FAILED', error)
  })
  start.onProcess({ pid, startTime })
  const fail = (what: { failure?: ImportFailure; exit?: Exit; waited?: number }): never => {
    control.forget('worker', id)
    const about = { who: `Worker ${id}`, executable: start.installation.executable, output: readLog(log) }
    throw new SetupError('WORKER_START_FAILED', explainStartFailure({ ...about, ...what }))
  }
  const outcome = await withDeadline(
    Promise.race([up, exited.then((exit) => ({ exit }))]),
    run.options.startupTimeout,
    `worker ${id} to be ready`,
  ).catch((error: unknown) => {
    if (!(error instanceof DeadlineError)) throw error
    forkserver.kill(id)
    return fail({ waited: run.options.startupTimeout })
  })
  if ('exit' in outcome) return fail({ exit: outcome.exit })
  const { peer, line } = outcome
  if (line['event'] === 'failed') return fail({ failure: line['failure'] as ImportFailure })
  return {
    id,
    pid,
    startTime,
    log,
    exited,
    address: String(line['address']),
    askToExit: () => peer.send({ op: 'exit' }),
    kill: () => forkserver.kill(id),
    abort: () => forkserver.abort(id),
  }
}
