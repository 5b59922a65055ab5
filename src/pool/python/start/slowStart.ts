/** A start that takes longer is reported. */
const SLOW_START_MS = 1_000

/** If a start of Python takes long, reports the module that is being imported, and the end of the start. */
export class SlowStart {
  readonly #announce: (sentence: string) => void
  readonly #began = performance.now()
  readonly #timer: NodeJS.Timeout
  #importing: string | undefined
  #isReported = false

  constructor(announce: (sentence: string) => void) {
    this.#announce = announce
    this.#timer = setTimeout(() => this.#report(), SLOW_START_MS).unref()
  }

  importing(module: string): void {
    this.#importing = module
    if (this.#isReported) this.#report()
  }

  /** The start has succeeded or failed. */
  end(): void {
    clearTimeout(this.#timer)
  }

  /** Reports that Python is ready, if the start was reported as slow. */
  reportEnd(): void {
    if (this.#isReported)
      this.#announce(`Python is ready after ${((performance.now() - this.#began) / 1000).toFixed(1)} s`)
  }

  #report(): void {
    this.#isReported = true
    this.#announce(`Python is starting${this.#importing ? `: importing ${this.#importing}` : ''} …`)
  }
}
