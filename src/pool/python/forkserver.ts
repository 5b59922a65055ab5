import type { Exit } from '../../process/system/exit.ts'
import type { Identity } from '../../process/system/identity.ts'
import { withDeadline } from '../../support/deadline.ts'
import type { JsonLine } from '../../support/jsonLines.ts'
import type { Control, Peer } from './control.ts'
import { PendingForks } from './pendingForks.ts'
import type { ProgramConfig } from './start/programConfig.ts'
import { startProgram } from './start/startProgram.ts'

export type { PythonInstallation } from './start/programConfig.ts'

/** The facts that an interpreter tells about itself. */
export interface PythonFacts {
  readonly version: string
  readonly executable: string
  readonly prefix: string
}

/** A forkserver that is up. */
export interface Forkserver extends Identity {
  readonly id: string
  /** The start method in use: `fork` becomes `spawn` if the modules make forking unsafe. */
  readonly startMethod: string
  /** Why the start method is not the requested one. */
  readonly fallback: string | null
  /** Why Python's coverage is not measured, although the runner's is. */
  readonly unmeasured: string | null
  /** Libraries that had started native threads before workers are forked, which do not have these threads. */
  readonly libraries: readonly string[]
  /** The interpreter that runs it, as it says itself. */
  readonly python: PythonFacts | undefined
  /** Resolves when it ended; never rejects. */
  readonly ended: Promise<Exit>
  /** Starts a worker; `exited` resolves when the worker ends. */
  start(id: string): Promise<Identity & { exited: Promise<Exit> }>
  /** Sends SIGKILL to a worker. */
  kill(id: string): void
  /** Makes a worker write its stack to its log and end. */
  abort(id: string): void
  /** Ends the forkserver and the workers that are left. */
  exit(): void
}

export interface Launch extends ProgramConfig {
  control: Control
  /** Called as soon as the process exists. */
  onProcess(identity: Identity): void
  /** Called with each module before it is imported. */
  onImport(module: string): void
  /** Called with the user's files that were imported, even if the import of one of them failed. */
  onFiles(files: string[]): void
}

/**
 * Starts a forkserver and waits until the user's modules are imported.
 *
 * @throws SetupError PYTHON_START_FAILED with the forkserver's output, how it ended, and the next step
 */
export async function startForkserver(launch: Launch): Promise<Forkserver> {
  const forks = new PendingForks()
  const { spawned, report, kill, ready } = await startProgram({
    ...launch,
    program: 'forkserver',
    who: 'The forkserver',
    onLine: (line) => forks.receive(line),
  })
  try {
    launch.onProcess(spawned)
  } catch (error) {
    await kill()
    throw error
  }
  // Files are reported after a failed import, too: a change of one of them is a reason to try again.
  void report.then(({ line }) => launch.onFiles((line['files'] ?? []) as string[]))
  const { peer, line } = await ready()
  return connectedForkserver(launch.id, spawned, peer, line, forks)
}

function connectedForkserver(
  id: string,
  spawned: Identity & { exited: Promise<Exit> },
  peer: Peer,
  ready: JsonLine,
  forks: PendingForks,
): Forkserver {
  void spawned.exited.then((exit) => forks.end(exit))
  return {
    id,
    pid: spawned.pid,
    startTime: spawned.startTime,
    startMethod: String(ready['startMethod']),
    fallback: (ready['fallback'] as string | null) ?? null,
    unmeasured: (ready['unmeasured'] as string | null) ?? null,
    libraries: (ready['libraries'] as string[] | undefined) ?? [],
    python: ready['python'] as PythonFacts | undefined,
    ended: spawned.exited,
    async start(worker) {
      const { exited, answer } = forks.expect(worker)
      peer.send({ op: 'fork', id: worker })
      const line = await withDeadline(answer, FORK_TIMEOUT_MS, `the forkserver to start ${worker}`)
      if (line['event'] === 'fork-failed')
        throw new Error(`Worker ${worker} could not be started: ${String(line['message'])}`)
      return { pid: line['pid'] as number, startTime: String(line['startTime']), exited }
    },
    kill: (worker) => peer.send({ op: 'kill', id: worker }),
    abort: (worker) => peer.send({ op: 'abort', id: worker }),
    exit: () => peer.send({ op: 'exit' }),
  }
}

/** A fork takes milliseconds. If it takes longer, the forkserver is stopped. */
const FORK_TIMEOUT_MS = 20_000
