import { describeExit, type Exit } from '../../../process/system/exit.ts'
import { withDeadline } from '../../../support/deadline.ts'
import { SetupError } from '../../../support/errors.ts'
import type { JsonLine } from '../../../support/jsonLines.ts'

/** The reaper answers at once. If it takes longer, it is stopped, or the machine is. */
export const ANSWER_TIMEOUT_MS = 3_000

/** The way to a reaper, wherever it runs. */
export interface ReaperLink {
  /** Resolves when the reaper has ended; never rejects. */
  readonly ended: Promise<Exit>
  send(line: JsonLine): void
  /** The output of the reaper, for error messages. */
  printed(): string
  /** Ends a reaper that does not answer. */
  abandon(): Promise<void>
}

/** Matches the lines of a reaper with the callers that wait for them. */
export class ReaperLines {
  readonly link: ReaperLink
  /** Whether every answer has come in time so far. */
  responsive = true
  readonly #waiting = new Set<{ wants(line: JsonLine): boolean; take(line: JsonLine): void }>()
  #requests = 0

  /** @param open connects to the reaper; `receive` takes each line that it sends */
  constructor(open: (receive: (line: JsonLine) => void) => ReaperLink) {
    this.link = open((line) => this.#dispatch(line))
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
    const death = this.link.ended.then((exit): never => {
      throw new SetupError(
        'REAPER_DIED',
        `The reaper ${describeExit(exit)} while the run waited for ${waitedFor}.\n${this.link.printed()}`.trim(),
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
    this.link.send(line)
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
