import type { RunContext } from '../../client/lease/context.ts'
import type { ResolvedOptions } from '../../options/schema.ts'

/**
 * Adds its seed to each pool.
 *
 * @param runnerSeed used if the option `seed` is not set
 */
export function withSeeds(
  pools: Record<string, RunContext>,
  options: Record<string, ResolvedOptions>,
  runnerSeed: number,
): Record<string, RunContext> {
  const entries = Object.entries(pools).map(([name, context]): [string, RunContext] => {
    const seed = options[name]?.seed
    if (seed === false) return [name, context]
    return [name, { ...context, seed: { value: seed ?? runnerSeed, fixed: seed !== undefined } }]
  })
  return Object.fromEntries(entries)
}
