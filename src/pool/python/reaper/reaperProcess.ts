import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { PROTOCOL, RUN_DIRECTORY_VARIABLE, RUN_ID_VARIABLE } from '../../../process/run/protocol.ts'
import type { RunDirectory } from '../../../process/run/runDirectory.ts'
import { pythonPrograms } from '../../../process/run/signal.ts'
import { startChild } from '../../../process/system/child.ts'
import type { Exit } from '../../../process/system/exit.ts'
import type { OwnerIdentity } from '../../../process/system/identity.ts'
import { withDeadline } from '../../../support/deadline.ts'
import { type JsonLine, readLines, writeLine } from '../../../support/jsonLines.ts'
import { ANSWER_TIMEOUT_MS, type ReaperLink } from './reaperLines.ts'

/** Characters of standard error that are kept for a message. */
const MAX_SAID = 20_000

/** The reaper as a child process. */
export class ReaperProcess implements ReaperLink {
  readonly ended: Promise<Exit>
  readonly #input: Writable | undefined
  readonly #kill: () => unknown
  #said = ''

  /** @param receive called with each line of the reaper */
  constructor(
    executable: string,
    run: RunDirectory,
    owner: OwnerIdentity,
    keep: readonly string[],
    receive: (line: JsonLine) => void,
  ) {
    const { process: child, ended } = startChild(executable, reaperArguments(run, owner, keep), {
      // A session of its own, so Ctrl-C reaches the runner only. The reaper then sees the runner's end.
      detached: true,
      stdio: 'pipe',
      env: { ...process.env, [RUN_ID_VARIABLE]: run.runId, [RUN_DIRECTORY_VARIABLE]: run.path },
    })
    // It does not keep the runner alive.
    child?.unref()
    for (const pipe of child?.stdio ?? []) (pipe as Socket | null)?.unref()
    this.ended = ended.then(({ status, signal, error }) => {
      this.#said = [error?.message, this.#said].filter(Boolean).join('\n')
      return { status, signal }
    })
    this.#input = child?.stdin ?? undefined
    this.#kill = () => child?.kill('SIGKILL')
    this.#input?.on('error', () => {})
    child?.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-MAX_SAID)
    })
    if (!child?.stdout) return
    readLines(child.stdout, receive, () => {})
  }

  /** Ends a reaper that could not be armed: it ends by itself at the end of its input, or it is killed. */
  async abandon(): Promise<void> {
    this.#input?.end()
    // Its exit has not been collected yet, so its pid cannot belong to another process.
    await withDeadline(this.ended, ANSWER_TIMEOUT_MS, 'the reaper to end').catch(() => this.#kill())
  }

  send(line: JsonLine): void {
    if (this.#input) writeLine(this.#input, line)
  }

  printed(): string {
    return this.#said
  }
}

function reaperArguments(run: RunDirectory, owner: OwnerIdentity, keep: readonly string[]): string[] {
  return [
    ...['-I', '-S', pythonPrograms, 'reaper'],
    ...['--run-id', run.runId, '--run-directory', run.path],
    ...['--owner-pid', `${owner.pid}`, '--owner-start-time', owner.startTime],
    ...['--protocol', `${PROTOCOL}`],
    ...(keep.length > 0 ? ['--keep', JSON.stringify(keep)] : []),
  ]
}
