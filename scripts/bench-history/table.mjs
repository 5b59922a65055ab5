// Compares the figures of a benchmark with those of earlier nights.

/**
 * @typedef {{ id: string, rows: { what: string, figure: number, baseline?: { what: string, figure: number } }[] }} Result
 * @typedef {{ at: string, commit: string, ratios: Record<string, number> }} Night
 */

/** Nights that the newest one is compared with. */
const COMPARED = 14

/**
 * The ratio of each figure to its baseline. Figures without a baseline are left out.
 *
 * @param {Result[]} results
 * @returns {Record<string, number>}
 */
export function ratiosOf(results) {
  const rows = results.flatMap(({ id, rows }) =>
    rows.flatMap(({ what, figure, baseline }) =>
      baseline ? [[`${id} ${what}, of ${baseline.what}`, figure / baseline.figure]] : [],
    ),
  )
  return Object.fromEntries(rows)
}

/** @param {Night[]} nights the oldest first */
export function historyTable(nights) {
  const newest = nights.at(-1)
  const before = nights.slice(-COMPARED - 1, -1)
  const rows = Object.entries(newest?.ratios ?? {}).map(([name, ratio]) => {
    const earlier = before.flatMap(({ ratios }) => ratios[name] ?? [])
    const usual = median(earlier)
    const change = usual === undefined ? '' : `${((ratio / usual - 1) * 100).toFixed(0)} %`
    return `| ${name} | ${ratio.toPrecision(3)} | ${usual?.toPrecision(3) ?? ''} | ${change} |`
  })
  const heading = `Ratios of ${newest?.commit} (${newest?.at}), and their median in ${before.length} nights before:`
  return [heading, '', '| figure | ratio | median | change |', '|---|---|---|---|', ...rows].join('\n')
}

/** @param {number[]} numbers */
function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
