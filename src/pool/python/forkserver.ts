import { join } from 'node:path'
import { readLog } from '../../process/run/printedText.ts'
import { PROTOCOL, RUN_DIRECTORY_VARIABLE, RUN_ID_VARIABLE } from '../../process/run/protocol.ts'
import { pythonPrograms } from '../../process/run/signal.ts'
import { describeExit, type Exit } from '../../process/system/exit.ts'
import type { Identity } from '../../process/system/identity.ts'
import { DeadlineError, withDeadline } from '../../support/deadline.ts'
import { SetupError } from '../../support/errors.ts'
import type { JsonLine } from '../../support/jsonLines.ts'
import { bytecodeDirectory } from '../overlay/directory.ts'
import type { Run } from '../run/run.ts'
import type { Control, Peer } from './control.ts'
import type { Reaper } from './reaper.ts'
import { explainStartFailure, type ImportFailure } from './startFailure.ts'

/** What the forkserver runs with. */
export interface PythonInstallation {
  executable: string
  version: string
  /** Directory with the packages that the interpreter lacks. */
  overlay: string | null
}

/** A forkserver that is up. */
export interface Forkserver extends Identity {
  readonly id: string
  /** Start method as it came out: `fork` becomes `spawn` where the modules make forking unsafe. */
  readonly startMethod: string
  /** Why it is not the one that was asked for. */
  readonly fallback: string | null
  /** Resolves when it ended; never rejects. */
  readonly ended: Promise<Exit>
  /** Starts a worker; `exited` resolves when that ends. */
  start(id: string): Promise<Identity & { exited: Promise<Exit> }>
  /** SIGKILL for a worker. */
  kill(id: string): void
  /** Has a worker write its stack into its log and end. */
  abort(id: string): void
  /** Ends it, and what workers are left. */
  exit(): void
}

export interface Launch {
  id: string
  run: Run
  reaper: Reaper
  control: Control
  installation: PythonInstallation
  /** Called as soon as the process exists. */
  onProcess(identity: Identity): void
  /** Called with each module before it is imported. */
  onImport(module: string): void
  /** Called with the user's files that were imported, also where one of them could not be. */
  onFiles(files: string[]): void
}

/**
 * Starts a forkserver and waits until the user's modules are imported.
 *
 * @throws SetupError PYTHON_START_FAILED with what it printed, how it ended, and the likely cause
 */
export async function startForkserver(launch: Launch): Promise<Forkserver> {
  const { id, run, reaper, control, installation } = launch
  const log = join(run.directory.path, 'logs', `${id}.log`)
  const progress: { importing?: string } = {}
  const starts = new Starts()
  const up = new Promise<{ peer: Peer; line: JsonLine }>((resolve) => {
    control.expect('forkserver', id, (line, peer) => {
      if (line['event'] === 'importing') {
        progress.importing = String(line['module'])
        launch.onImport(progress.importing)
      } else if (line['event'] === 'ready' || line['event'] === 'failed') resolve({ peer, line })
      else starts.receive(line)
    })
  })
  const spawned = await reaper.spawn({
    id,
    argv: [installation.executable, pythonPrograms, 'forkserver', JSON.stringify(configOf(launch))],
    env: environmentOf(run),
    cwd: run.root,
    log,
  })
  launch.onProcess(spawned)
  const fail = (what: { failure?: ImportFailure; exit?: Exit; waited?: number }): never => {
    const about = { who: 'The forkserver', executable: installation.executable, output: readLog(log) }
    throw new SetupError('PYTHON_START_FAILED', explainStartFailure({ ...about, ...progress, ...what }))
  }
  const died = spawned.exited.then((exit) => ({ exit }))
  const outcome = await withDeadline(
    Promise.race([up, died]),
    run.options.startupTimeout,
    'the forkserver to be ready',
  ).catch(async (error: unknown) => {
    if (!(error instanceof DeadlineError)) throw error
    await reaper.signal([spawned], 'SIGKILL')
    return fail({ waited: run.options.startupTimeout })
  })
  if ('exit' in outcome) return fail({ exit: outcome.exit })
  const { peer, line } = outcome
  launch.onFiles((line['files'] ?? []) as string[])
  if (line['event'] === 'failed') return fail({ failure: line['failure'] as ImportFailure })
  return connectedForkserver(id, spawned, peer, line, starts)
}

function connectedForkserver(
  id: string,
  spawned: Identity & { exited: Promise<Exit> },
  peer: Peer,
  ready: JsonLine,
  starts: Starts,
): Forkserver {
  void spawned.exited.then((exit) => starts.end(exit))
  return {
    id,
    pid: spawned.pid,
    startTime: spawned.startTime,
    startMethod: String(ready['startMethod']),
    fallback: (ready['fallback'] as string | null) ?? null,
    ended: spawned.exited,
    async start(worker) {
      const { exited, answer } = starts.expect(worker)
      peer.send({ op: 'fork', id: worker })
      const line = await withDeadline(answer, FORK_TIMEOUT, `the forkserver to start ${worker}`)
      if (line['event'] === 'fork-failed')
        throw new Error(`${worker} could not be started: ${String(line['message'])}`)
      return { pid: line['pid'] as number, startTime: String(line['startTime']), exited }
    },
    kill: (worker) => peer.send({ op: 'kill', id: worker }),
    abort: (worker) => peer.send({ op: 'abort', id: worker }),
    exit: () => peer.send({ op: 'exit' }),
  }
}

/**
 * Matches what the forkserver says of a worker with who waits for it. Its own end is told to each of them here: a worker
 * that listened to the forkserver's promise would be remembered by that for as long as the run lasts.
 */
class Starts {
  readonly #waiting = new Map<string, { answer(line: JsonLine): void; exited(exit: Exit): void }>()
  #ended: Exit | undefined

  expect(worker: string): { answer: Promise<JsonLine>; exited: Promise<Exit> } {
    let answer: (line: JsonLine) => void = () => {}
    const answered = new Promise<JsonLine>((resolve) => {
      answer = resolve
    })
    const exited = new Promise<Exit>((resolve) => this.#waiting.set(worker, { answer, exited: resolve }))
    if (this.#ended) this.end(this.#ended)
    return { answer: answered, exited }
  }

  /** The forkserver is gone, and with it its workers (PDEATHSIG), of whose end nobody else tells. */
  end(exit: Exit): void {
    this.#ended = exit
    const because = exit.because ?? `the forkserver ${describeExit(exit)}`
    for (const { answer, exited } of this.#waiting.values()) {
      answer({ event: 'fork-failed', message: 'the forkserver ended' })
      exited({ status: null, signal: 'SIGKILL', because })
    }
    this.#waiting.clear()
  }

  receive(line: JsonLine): void {
    const worker = String(line['id'])
    const waiting = this.#waiting.get(worker)
    if (line['event'] === 'exited') waiting?.exited(line as unknown as Exit)
    else waiting?.answer(line)
    if (line['event'] !== 'forked') this.#waiting.delete(worker)
  }
}

/** A fork takes milliseconds; longer means that the forkserver is stopped. */
const FORK_TIMEOUT = 20_000

function configOf({ id, run, reaper, installation }: Launch) {
  const { modules, services, startMethod } = run.options
  return {
    protocol: PROTOCOL,
    id,
    runId: run.directory.runId,
    runDirectory: run.directory.path,
    control: run.controlPath,
    parent: reaper.armed.pid,
    root: run.root,
    modules,
    services,
    startMethod,
    overlay: installation.overlay,
    bytecode: bytecodeDirectory(process.env),
    watch: run.watch !== undefined,
  }
}

function environmentOf(run: Run): Record<string, string> {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  return {
    ...inherited,
    ...run.options.env,
    [RUN_ID_VARIABLE]: run.directory.runId,
    [RUN_DIRECTORY_VARIABLE]: run.directory.path,
    VITEST_PYTHON_TOKEN: run.token,
  }
}
