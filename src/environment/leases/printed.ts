import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { withoutOwnFrames } from '../../process/run/printedText.ts'
import { pollUntil } from '../../support/pollUntil.ts'
import { type Kind, MarkedText, type Segment } from './markedText.ts'

/** The methods of a console that show Python's output. */
export type Output = Record<'debug' | 'error' | 'info' | 'log' | 'warn', (text: string) => void>

/** Limit for the output that is shown of one test. */
const MAX_SHOWN_BYTES = 1_000_000

// Taken when the module loads, because a test that mocks `console` means its own output and not Python's.
const { debug, error, info, log, warn } = console
const ours: Output = { debug, error, info, log, warn }
const METHODS = { o: 'log', e: 'error', w: 'warn', i: 'info', d: 'debug' } as const satisfies Record<
  Kind,
  string
>

/** A node sends new output within 50 ms. */
const CATCH_UP_TIMEOUT_MS = 2_000

const buffer = Buffer.allocUnsafe(64 * 1024)

/** Shows the output of a worker as output of the running test. Continues after the output that it showed last. */
export class Printed {
  #descriptor: number | undefined
  #offset = 0
  #left = MAX_SHOWN_BYTES
  #skipped = 0
  #text = new MarkedText()

  readonly #output: Output

  /** @param fromNow whether to skip the output that is already there */
  constructor(path: string, fromNow: boolean, output: Output = ours) {
    this.#output = output
    try {
      this.#descriptor = openSync(path, 'r')
      if (fromNow) this.#offset = fstatSync(this.#descriptor).size
    } catch {
      // The run directory is gone, because the run was killed and with it all workers.
    }
  }

  /** Shows the lines that are new since the last time. If there are none, that costs one system call. */
  show(): void {
    if (this.#descriptor === undefined) return
    while (this.#left > 0) {
      const length = readSync(this.#descriptor, buffer, 0, Math.min(buffer.length, this.#left), this.#offset)
      if (length === 0) return
      this.#offset += length
      this.#left -= length
      this.#print(this.#text.feed(buffer.subarray(0, length)))
    }
    const { size } = fstatSync(this.#descriptor)
    this.#skipped += size - this.#offset
    this.#offset = size
  }

  /** Waits until the copy of a log on another machine has this many bytes, or gives up. */
  async catchUp(bytes: number): Promise<void> {
    await pollUntil({
      look: () => (this.#descriptor === undefined ? bytes : fstatSync(this.#descriptor).size),
      isDone: (size) => size >= bytes,
      timeout: CATCH_UP_TIMEOUT_MS,
      interval: 5,
    })
  }

  /** Does the same at the end of a test, with the last unfinished line, and says how much was left out. */
  finish(): void {
    this.show()
    this.#print(this.#text.end())
    if (this.#skipped > 0) {
      // The output that was left out may have ended in the middle of a character or a mark.
      this.#text = new MarkedText()
      const [shown, more] = [MAX_SHOWN_BYTES, this.#skipped].map((bytes) => `${(bytes / 1e6).toFixed(1)} MB`)
      this.#output.warn(
        `Python printed ${more} more in this test; only the first ${shown} of a test's output are shown.`,
      )
    }
    this.#left = MAX_SHOWN_BYTES
    this.#skipped = 0
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  #print(segments: Segment[]): void {
    for (const { kind, text } of segments) {
      const shown = withoutOwnFrames(text).replace(/\n$/, '')
      if (shown !== '') this.#output[METHODS[kind]](shown)
    }
  }
}
