/** A start that takes longer is reported. */
const SLOW_START_MS = 1_000

/** If a start of Python takes long, reports the module that is being imported, and the end of the start. */
export class SlowStart {
  readonly #announce: (sentence: string) => void
  readonly #began = performance.now()
  readonly #timer: NodeJS.Timeout
  #importing: string | undefined
  #told = false

  constructor(announce: (sentence: string) => void) {
    this.#announce = announce
    this.#timer = setTimeout(() => this.#tell(), SLOW_START_MS).unref()
  }

  importing(module: string): void {
    this.#importing = module
    if (this.#told) this.#tell()
  }

  /** The start has succeeded or failed. */
  end(): void {
    clearTimeout(this.#timer)
  }

  /** Reports that Python is ready, if the start was reported as slow. */
  tellEnd(): void {
    if (this.#told)
      this.#announce(`Python is ready after ${((performance.now() - this.#began) / 1000).toFixed(1)} s`)
  }

  #tell(): void {
    this.#told = true
    this.#announce(`Python is starting${this.#importing ? `: importing ${this.#importing}` : ''} …`)
  }
}
