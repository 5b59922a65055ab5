import { describeExit, type Exit } from '../../process/system/exit.ts'
import type { JsonLine } from '../../support/jsonLines.ts'

/**
 * Matches the forkserver's lines about a worker with the caller that waits for them. It also reports the forkserver's
 * own end to each caller: a worker that listened to the forkserver's promise would be kept in memory by that promise
 * for as long as the run lasts.
 */
export class PendingForks {
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

  /** The forkserver has ended. Its workers end with it (PDEATHSIG), and no other process reports their end. */
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
