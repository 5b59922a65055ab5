import type { RunContext } from '../../client/lease/context.ts'
import type { ResolvedOptions } from '../../options/options.ts'

/** Gives each pool its seed.
 *
 * @param runner what the random numbers follow from where an option says nothing else */
export function withSeeds(
  pools: Record<string, RunContext>,
  options: Record<string, ResolvedOptions>,
  runner: number,
): Record<string, RunContext> {
  const entries = Object.entries(pools).map(([name, context]): [string, RunContext] => {
    const seed = options[name]?.seed
    if (seed === false) return [name, context]
    return [name, { ...context, seed: { value: seed ?? runner, fixed: seed !== undefined } }]
  })
  return Object.fromEntries(entries)
}
