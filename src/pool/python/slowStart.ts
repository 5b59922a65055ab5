/** Milliseconds after which a start is worth a line. */
const SLOW = 1_000

/** Tells what a start is at, where it takes long, and when it is over. */
export class SlowStart {
  readonly #announce: (sentence: string) => void
  readonly #began = performance.now()
  readonly #timer: NodeJS.Timeout
  #importing: string | undefined
  #told = false

  constructor(announce: (sentence: string) => void) {
    this.#announce = announce
    this.#timer = setTimeout(() => this.#tell(), SLOW).unref()
  }

  importing(module: string): void {
    this.#importing = module
    if (this.#told) this.#tell()
  }

  /** The start is over, one way or the other. */
  end(): void {
    clearTimeout(this.#timer)
  }

  /** Says that Python is up, where it was said that it is not. */
  tellEnd(): void {
    if (this.#told)
      this.#announce(`Python is ready after ${((performance.now() - this.#began) / 1000).toFixed(1)} s`)
  }

  #tell(): void {
    this.#told = true
    this.#announce(`Python is starting${this.#importing ? `: importing ${this.#importing}` : ''} …`)
  }
}
