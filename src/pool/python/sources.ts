import { statSync } from 'node:fs'

/**
 * The user's Python files that the run has imported. A forkserver never imports a module twice, so it is outdated as
 * soon as one of the files changes.
 */
export class Sources {
  /** When each file changed last, in milliseconds since the epoch; 0 if it does not exist. */
  readonly #seen = new Map<string, number>()
  readonly #onFile: (file: string) => void
  #since = 0
  #looked = 0

  /** @param onFile called once for each file */
  constructor(onFile: (file: string) => void) {
    this.#onFile = onFile
  }

  /** A new import begins. It will not contain later changes. */
  restart(): void {
    this.#since = Date.now()
    for (const file of this.#seen.keys()) this.#seen.set(file, changedAt(file))
  }

  /** These files have been imported since `restart`. */
  add(files: readonly string[]): void {
    for (const file of files) {
      if (this.#seen.has(file)) continue
      this.#seen.set(file, Math.min(changedAt(file), this.#since))
      this.#onFile(file)
    }
  }

  /** Whether a file has changed since `restart`. Looks at most every `CHECK_INTERVAL_MS`. */
  haveChanged(): boolean {
    if (performance.now() - this.#looked < CHECK_INTERVAL_MS) return false
    this.#looked = performance.now()
    return [...this.#seen].some(([file, seen]) => changedAt(file) !== seen)
  }
}

/** A look takes a few microseconds for each file. */
const CHECK_INTERVAL_MS = 25

/** When the content or the place of a file changed last. Unlike the modification time, it cannot be set back. */
function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.ctimeMs ?? 0
}
