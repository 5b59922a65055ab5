/** After so many in a row, the pool starts no more spares. Else it would restart workers that end by themselves forever. */
const MAX_IDLE_DEATHS = 3

/** After so many in a row, the pool does not expect any worker to come up. */
const MAX_FAILED_STARTS = 3

/** Failures of workers in a row. */
export class FailureStreaks {
  #idleDeaths = 0
  #failedStarts = 0

  /** Whether spares have ended by themselves too often to be replaced. */
  get sparesAreHopeless(): boolean {
    return this.#idleDeaths >= MAX_IDLE_DEATHS
  }

  get startsAreHopeless(): boolean {
    return this.#failedStarts >= MAX_FAILED_STARTS
  }

  /** A worker ended by itself before it was leased. */
  diedIdle(): void {
    this.#idleDeaths += 1
  }

  leased(): void {
    this.#idleDeaths = 0
  }

  failedToStart(): void {
    this.#failedStarts += 1
  }

  cameUp(): void {
    this.#failedStarts = 0
  }

  reset(): void {
    this.#idleDeaths = 0
    this.#failedStarts = 0
  }
}
