import type { FixtureResult } from './runVitest.ts'

/** The values that the tests of a tested run printed as `<label>: <JSON>;`. */
export function printedBy<T>({ output }: Pick<FixtureResult, 'output'>, label: string): T[] {
  const lines = output.matchAll(new RegExp(`^${label}: (.*);$`, 'gm'))
  return Array.from(lines, ([, json]) => JSON.parse(json as string) as T)
}
