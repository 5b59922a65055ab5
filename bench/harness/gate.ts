import type { Target } from './figure.ts'
import type { Results } from './table.ts'

/** A figure is measured again if it misses a limit, at most so often. */
export const GATE_RUNS = 5
const SLACK = 1.3

/**
 * The targets that every run misses by more than 30 %, each in a sentence; for a target that is known to be missed: by
 * 30 % more than before. Slower code is slower in every run, but other load delays only some of them. Milliseconds don't
 * count, because they depend on the machine.
 */
export function regressions(runs: readonly Results[]): string[] {
  const [first = []] = runs
  return first.flatMap(({ id, rows }, figure) =>
    rows.flatMap(({ what, targets }, row) =>
      targets.flatMap(({ kind, text, known = 1, fastest }, target) => {
        if (kind !== 'ratio') return []
        const excess = Math.min(...runs.map((run) => gatedExcess(run[figure]?.rows[row]?.targets[target])))
        const limit = known * SLACK
        if (excess <= limit) return []
        const by = fastest === undefined ? '' : ', even by the fastest quarter of the samples'
        const often = runs.length === 1 ? '' : ` in the best of ${runs.length} runs`
        return [
          `${id}, ${what}: ${text} is missed by a factor of ${excess.toFixed(2)}${often}${by}. At most ${limit.toFixed(2)} passes.`,
        ]
      }),
    ),
  )
}

function gatedExcess(target: Target | undefined): number {
  return target?.fastest ?? target?.excess ?? Number.POSITIVE_INFINITY
}
