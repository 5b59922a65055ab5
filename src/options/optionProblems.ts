import * as v from 'valibot'

/**
 * Describes the mistake in an option, and its correction.
 *
 * @param names All option names, those of nested options with their path, to suggest the closest one.
 * @param prefix The path to the option: "pools.gpu.".
 */
export function describeProblem(
  issue: v.BaseIssue<unknown>,
  names: readonly string[],
  prefix: string,
): string {
  const path = v.getDotPath(issue)
  if (path === null) return `it is ${issue.received}; write an object of options`
  if (issue.expected === 'never') {
    const beside = names.filter((name) => parentOf(name) === parentOf(path))
    const near = closest(path, beside)
    return `${prefix}${path}: there is no such option. ${near ? `Did you mean ${near}?` : `There are ${beside.join(', ')}.`}`
  }
  return `${prefix}${path} is ${preview(issue.input)}: ${issue.message}`
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('.') + 1)
}

function preview(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  return (JSON.stringify(value) ?? String(value)).slice(0, 80)
}

function closest(name: string, names: readonly string[]): string | undefined {
  const lower = lastPart(name)
  return names.find((option) => {
    const other = lastPart(option)
    return (
      other.includes(lower) ||
      lower.includes(other) ||
      isTypo(lower, other) ||
      [...other].sort().join('') === [...lower].sort().join('')
    )
  })
}

/** Whether one letter is missing, superfluous or wrong. */
function isTypo(a: string, b: string): boolean {
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  let end = 0
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++
  return Math.max(a.length, b.length) - start - end <= 1
}

function lastPart(path: string): string {
  return path.slice(parentOf(path).length).toLowerCase()
}
