import type { RecycleOptions } from '../../options/options.ts'
import { residentBytes } from '../run/sample.ts'

/** What a worker has been through, in the units of `RecycleOptions`. */
export type Measures = { readonly [Measure in keyof RecycleOptions]-?: number }

/** Whether one of the limits is reached. */
export function isWorn(measured: Measures, limits: RecycleOptions): boolean {
  const measures: (keyof Measures)[] = ['leases', 'age', 'memory']
  return measures.some((measure) => measured[measure] >= (limits[measure] ?? Number.POSITIVE_INFINITY))
}

/** What one worker has been through. */
export class Wear {
  readonly #pid: number
  readonly #limits: RecycleOptions
  readonly #since = performance.now()
  #memoryAtFirst = 0
  #leases = 0

  private constructor(pid: number, limits: RecycleOptions) {
    this.#pid = pid
    this.#limits = limits
  }

  /** Of a worker that nobody has leased yet. */
  static async begin(pid: number, limits: RecycleOptions): Promise<Wear> {
    const wear = new Wear(pid, limits)
    wear.#memoryAtFirst = await wear.#memory()
    return wear
  }

  /** Counts a lease that has ended. */
  async isWornAfterLease(): Promise<boolean> {
    this.#leases += 1
    const age = performance.now() - this.#since
    const memory = (await this.#memory()) - this.#memoryAtFirst
    return isWorn({ leases: this.#leases, age, memory }, this.#limits)
  }

  /** Megabytes; sampled only where they count. */
  async #memory(): Promise<number> {
    return this.#limits.memory === undefined ? 0 : (await residentBytes([this.#pid])) / 1_000_000
  }
}
