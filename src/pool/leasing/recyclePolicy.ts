import type { RecycleOptions } from '../../options/pythonOptions.ts'
import type { Worker } from '../python/worker.ts'

/** Measures of a worker, in the units of `RecycleOptions`. */
export type Measures = { readonly [Measure in keyof RecycleOptions]-?: number }

/** Whether a measure has reached its limit. */
export function hasReached(limits: RecycleOptions, measured: Measures): boolean {
  const measures: (keyof Measures)[] = ['leases', 'age', 'memory']
  return measures.some((measure) => measured[measure] >= (limits[measure] ?? Number.POSITIVE_INFINITY))
}

type Measured = Pick<Worker, 'residentBytes'>

/** Measures one worker, and tells after which lease it must be replaced. */
export class RecyclePolicy {
  readonly #worker: Measured
  readonly #limits: RecycleOptions
  readonly #since = performance.now()
  #initialMemory = 0
  #leases = 0

  private constructor(worker: Measured, limits: RecycleOptions) {
    this.#worker = worker
    this.#limits = limits
  }

  /** Begins with a worker that has not been leased yet. */
  static async begin(worker: Measured, limits: RecycleOptions): Promise<RecyclePolicy> {
    const policy = new RecyclePolicy(worker, limits)
    policy.#initialMemory = await policy.#memory()
    return policy
  }

  /** Counts a lease that has ended. */
  async shouldRecycle(): Promise<boolean> {
    this.#leases += 1
    const age = performance.now() - this.#since
    const memory = (await this.#memory()) - this.#initialMemory
    return hasReached(this.#limits, { leases: this.#leases, age, memory })
  }

  /** Megabytes; sampled only if they are limited. */
  async #memory(): Promise<number> {
    return this.#limits.memory === undefined ? 0 : (await this.#worker.residentBytes()) / 1_000_000
  }
}
