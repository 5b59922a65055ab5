import type { Exit } from '../../process/system/exit.ts'
import type { Identity } from '../../process/system/identity.ts'
import { withDeadline } from '../../support/deadline.ts'
import { asSetupError } from '../../support/errors.ts'
import { logPath, type Site } from '../places/site.ts'
import type { Run } from '../run/run.ts'
import { residentBytes } from '../run/sample.ts'
import type { Control } from './control.ts'
import type { Forkserver, PythonInstallation } from './forkserver.ts'
import { expectReport, waitUntilReady } from './start/startup.ts'

/** For a worker on another machine to measure its memory. It answers at once, unless native code holds Python's lock. */
const MEASURE_TIMEOUT_MS = 2_000

/** A worker that is up: its sockets accept connections. */
export interface Worker extends Identity {
  readonly id: string
  /** gRPC target. */
  readonly address: string
  /** Name of its machine. Absent if that is this one. */
  readonly node?: string | undefined
  /** Path of its session socket, or `tls:host:port`; empty if sessions go over gRPC. */
  readonly session: string
  /** File that holds its output. */
  readonly log: string
  /** Libraries whose native threads a forked worker lacks. */
  readonly lacksThreadsOf?: readonly string[]
  /** Resolves when it has ended; never rejects. */
  readonly exited: Promise<Exit>
  /** Asks it to run its exit functions and to end, all of it within `stopTimeout`. */
  askToExit(): void
  /**
   * Calls a function of the user.
   *
   * @returns why it failed; `undefined` if it did not, or if the worker has ended
   */
  reset(name: string): Promise<string | undefined>
  /** Has it write down what coverage.py has measured. Resolves then, or if the worker has ended. */
  flush(): Promise<void>
  /** Its resident memory in bytes; 0 if it has ended or, on another machine, does not answer. */
  residentBytes(): Promise<number>
  kill(): void
  /** Ends it, after it has written its stack to its log. */
  abort(): void
}

export interface WorkerStart {
  id: string
  run: Run
  control: Control
  forkserver: Forkserver
  installation: PythonInstallation
  site: Site
  /** Called as soon as the process exists. */
  onProcess(identity: Identity, exited: Promise<Exit>): void
  /** Called with files of the user that a lease has started to use. */
  onUsed(leaseId: string, files: string[]): void
}

/**
 * Starts a worker and waits until its sockets accept connections.
 *
 * @throws SetupError WORKER_START_FAILED with the worker's output, how it ended, and the next step
 */
export async function startWorker(start: WorkerStart): Promise<Worker> {
  const { id, run, control, forkserver, site } = start
  const log = logPath(site.mirror, id)
  let noteReset = (_problem: string | undefined) => {}
  let noteFlushed = () => {}
  let noteMeasured = (_bytes: number) => {}
  const report = expectReport(control, 'worker', id, (line, peer) => {
    if (line['event'] === 'reset') noteReset(line['problem'] as string | undefined)
    if (line['event'] === 'flushed') noteFlushed()
    if (line['event'] === 'measured') noteMeasured(line['resident'] as number)
    if (line['event'] === 'used') start.onUsed(String(line['lease']), line['files'] as string[])
    if (line['event'] === 'debuggable') {
      const goOn = () => peer.send({ op: 'go-on' })
      run.debugPort?.ask({ runId: run.id, id, port: line['port'] as number, goOn })
    }
    if (line['event'] === 'begun') run.debugPort?.begun(run.id, id)
  })
  try {
    const { pid, startTime, exited } = await forkserver.start(id).catch((error: unknown) => {
      // The fork may still succeed later, and nothing would end that worker.
      forkserver.kill(id)
      throw asSetupError('WORKER_START_FAILED', error)
    })
    try {
      start.onProcess({ pid, startTime }, exited)
    } catch (error) {
      forkserver.kill(id)
      throw error
    }
    const { peer, line } = await waitUntilReady({
      who: site.node ? `Worker ${id} on ${site.node}` : `Worker ${id}`,
      code: 'WORKER_START_FAILED',
      executable: start.installation.executable,
      log,
      report,
      exited,
      timeout: run.options.startupTimeout,
      kill: () => forkserver.kill(id),
    })
    return {
      id,
      node: site.node,
      pid,
      startTime,
      log,
      exited,
      lacksThreadsOf: forkserver.startMethod === 'fork' ? forkserver.libraries : [],
      address: String(line['address']),
      session: String(line['session']),
      askToExit: () => peer.send({ op: 'exit', within: run.options.stopTimeout }),
      reset: (name) =>
        new Promise((resolve) => {
          noteReset = resolve
          peer.send({ op: 'reset', name })
          void exited.then(() => resolve(undefined))
        }),
      flush: () =>
        new Promise((resolve) => {
          noteFlushed = resolve
          peer.send({ op: 'flush' })
          void exited.then(() => resolve())
        }),
      residentBytes: () =>
        site.node === undefined
          ? residentBytes([pid])
          : answerOr0((resolve) => {
              noteMeasured = resolve
              peer.send({ op: 'measure' })
              void exited.then(() => resolve(0))
            }, `${id} to measure its memory`),
      kill: () => forkserver.kill(id),
      abort: () => forkserver.abort(id),
    }
  } catch (error) {
    control.forget('worker', id)
    throw error
  }
}

function answerOr0(ask: (resolve: (bytes: number) => void) => void, waitedFor: string): Promise<number> {
  return withDeadline(new Promise(ask), MEASURE_TIMEOUT_MS, waitedFor).catch(() => 0)
}
