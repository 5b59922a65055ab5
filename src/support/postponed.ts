import { clearTimeout, setTimeout } from './clock.ts'
import { outside } from './outside.ts'

/** Milliseconds in which a test with a new worker usually gets its first answer. */
const FIRST_ANSWER_MS = 3

/**
 * Work for later tests, which would delay the first answer that a test waits for. It runs when the caller
 * reports that answer, and after 3 ms at the latest.
 */
export class Postponed {
  #planned: { readonly work: () => void; readonly timer: NodeJS.Timeout } | undefined

  /** Plans `work`. If other work is planned already, that one is replaced, and keeps its time. */
  plan(work: () => void): void {
    const timer = this.#planned?.timer ?? outside(() => setTimeout(() => this.run(), FIRST_ANSWER_MS).unref())
    this.#planned = { work, timer }
  }

  /** Runs the planned work at once. Without planned work, this does nothing. */
  run(): void {
    const planned = this.#planned
    this.cancel()
    planned?.work()
  }

  cancel(): void {
    clearTimeout(this.#planned?.timer)
    this.#planned = undefined
  }
}
