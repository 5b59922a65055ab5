import type { Target } from './figure.ts'
import { median } from './statistics.ts'
import type { Results } from './table.ts'

/** Runs of each figure. Their median decides, because a single run may meet a busy moment of the machine. */
export const GATE_RUNS = 3
const SLACK = 1.3

/**
 * The targets that the median of several runs misses by more than 30 %, each in a sentence; for a target that is known to
 * be missed: by 30 % more than before. Milliseconds don't count, because they depend on the machine.
 */
export function regressions(runs: readonly Results[]): string[] {
  const [first = []] = runs
  return first.flatMap(({ id, rows }, figure) =>
    rows.flatMap(({ what, targets }, row) =>
      targets.flatMap(({ kind, text, known = 1, fastest }, target) => {
        if (kind !== 'ratio') return []
        const excess = median(runs.map((run) => gatedExcess(run[figure]?.rows[row]?.targets[target])))
        const limit = known * SLACK
        if (excess <= limit) return []
        const by = fastest === undefined ? '' : ', even by the fastest quarter of the samples'
        return [
          `${id}, ${what}: ${text} is missed by a factor of ${excess.toFixed(2)}${by}. At most ${limit.toFixed(2)} passes.`,
        ]
      }),
    ),
  )
}

function gatedExcess(target: Target | undefined): number {
  return target?.fastest ?? target?.excess ?? Number.POSITIVE_INFINITY
}
