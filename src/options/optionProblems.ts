import * as v from 'valibot'

/**
 * Says what is wrong with an option and what to write instead.
 *
 * @param names All option names, to suggest the closest one.
 * @param prefix The path to the option: "pools.gpu.".
 */
export function describeProblem(
  issue: v.BaseIssue<unknown>,
  names: readonly string[],
  prefix: string,
): string {
  const path = v.getDotPath(issue)
  if (path === null) return `it is ${issue.received}; write an object of options`
  if (issue.type === 'strict_object') {
    const near = closest(path, names)
    return `${prefix}${path}: there is no such option. ${near ? `Did you mean ${near}?` : `There are ${names.join(', ')}.`}`
  }
  return `${prefix}${path} is ${preview(issue.input)}: ${issue.message}`
}

function preview(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  return (JSON.stringify(value) ?? String(value)).slice(0, 80)
}

function closest(name: string, names: readonly string[]): string | undefined {
  const lower = name.toLowerCase()
  return names.find((option) => {
    const other = option.toLowerCase()
    return (
      other.includes(lower) ||
      lower.includes(other) ||
      [...other].sort().join('') === [...lower].sort().join('')
    )
  })
}
