import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { PROTOCOL, RUN_DIRECTORY_VARIABLE, RUN_ID_VARIABLE } from '../../process/run/protocol.ts'
import type { RunDirectory } from '../../process/run/runDirectory.ts'
import { pythonPrograms } from '../../process/run/signal.ts'
import { startChild } from '../../process/system/child.ts'
import { describeExit, type Exit } from '../../process/system/exit.ts'
import type { OwnerIdentity } from '../../process/system/identity.ts'
import { withDeadline } from '../../support/deadline.ts'
import { SetupError } from '../../support/errors.ts'
import { type JsonLine, readLines, writeLine } from '../../support/jsonLines.ts'

/** The reaper answers at once. If it takes longer, it is stopped, or the machine is. */
export const ANSWER_TIMEOUT_MS = 3_000

/** Characters of standard error that are kept for a message. */
const MAX_SAID = 20_000

/** The reaper as a child process. Matches its lines with the callers that wait for them. */
export class ReaperProcess {
  readonly ended: Promise<Exit>
  responsive = true
  readonly #input: Writable | undefined
  readonly #kill: () => unknown
  readonly #waiting = new Set<{ wants(line: JsonLine): boolean; take(line: JsonLine): void }>()
  #requests = 0
  #said = ''

  constructor(executable: string, run: RunDirectory, owner: OwnerIdentity, keep: readonly string[]) {
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
    readLines(
      child.stdout,
      (line) => this.#dispatch(line),
      () => {},
    )
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

  /** The next line that `wants` accepts. If none comes, the promise stays pending. */
  next(wants: (line: JsonLine) => boolean): Promise<JsonLine> {
    return new Promise((resolve) => {
      const waiter = {
        wants,
        take: (line: JsonLine) => {
          this.#waiting.delete(waiter)
          resolve(line)
        },
      }
      this.#waiting.add(waiter)
    })
  }

  /** As `next`, but fails if the reaper ends first or does not answer in time. */
  async answer(
    wants: (line: JsonLine) => boolean,
    waitedFor: string,
    timeout = ANSWER_TIMEOUT_MS,
  ): Promise<JsonLine> {
    const death = this.ended.then((exit): never => {
      throw new SetupError(
        'REAPER_DIED',
        `The reaper ${describeExit(exit)} while the run waited for ${waitedFor}.\n${this.#said}`.trim(),
      )
    })
    return withDeadline(Promise.race([this.next(wants), death]), timeout, () => {
      this.responsive = false
      return waitedFor
    })
  }

  /** Sends a line and waits for its answer. */
  ask(
    line: JsonLine,
    wants: (line: JsonLine) => boolean,
    waitedFor: string,
    timeout?: number,
  ): Promise<JsonLine> {
    const answer = this.answer(wants, waitedFor, timeout)
    this.send(line)
    return answer
  }

  /** Sends a numbered request and waits for the event that carries the number. */
  request(line: JsonLine, event: string, timeout?: number): Promise<JsonLine> {
    const request = ++this.#requests
    const wants = (answer: JsonLine) => answer['event'] === event && answer['request'] === request
    return this.ask({ ...line, request }, wants, `the reaper to answer ${String(line['op'])}`, timeout)
  }

  #dispatch(line: JsonLine): void {
    for (const waiter of this.#waiting) if (waiter.wants(line)) return waiter.take(line)
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
