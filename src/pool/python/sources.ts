import { statSync } from 'node:fs'

/**
 * The user's Python files that the run has imported. A forkserver keeps what it imported for ever, so it is
 * outdated as soon as one of them changes.
 */
export class Sources {
  /** When each file changed last, in milliseconds since the epoch; 0 where it is not there. */
  readonly #seen = new Map<string, number>()
  readonly #onFile: (file: string) => void
  #since = 0
  #looked = 0

  /** @param onFile is told of each file once */
  constructor(onFile: (file: string) => void) {
    this.#onFile = onFile
  }

  /** Whatever changes from now on is not in what is imported now. */
  restart(): void {
    this.#since = Date.now()
    for (const file of this.#seen.keys()) this.#seen.set(file, changedAt(file))
  }

  /** These have been imported since `restart`. */
  add(files: readonly string[]): void {
    for (const file of files) {
      if (this.#seen.has(file)) continue
      this.#seen.set(file, Math.min(changedAt(file), this.#since))
      this.#onFile(file)
    }
  }

  /** Whether one has changed since `restart`. Looks at most every `INTERVAL`. */
  haveChanged(): boolean {
    if (performance.now() - this.#looked < INTERVAL) return false
    this.#looked = performance.now()
    return [...this.#seen].some(([file, seen]) => changedAt(file) !== seen)
  }
}

/** Milliseconds; a look takes some microseconds for each file. */
const INTERVAL = 25

/** Time of the last change of content or place; unlike the time of modification, nobody can set it back. */
function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.ctimeMs ?? 0
}
