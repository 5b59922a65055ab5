import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FixtureOptions, type FixtureResult, withVitest } from './runVitest.ts'

/** The result of a test, as Jest's reporters get it. */
export interface JestResult {
  title: string
  status: string
  failureMessages: string[]
}

/** Runs tests of the fixture `jest`, and returns what its reporters get. */
export async function jestResults(
  options: Omit<FixtureOptions, 'fixture'>,
): Promise<Pick<FixtureResult, 'exitCode'> & { tests: JestResult[] }> {
  const reporters = ['--reporters=default', '--reporters=./resultsReporter.js']
  const args = [...(options.args ?? []), ...reporters]
  return withVitest({ ...options, fixture: 'jest', args }, async (jest) => {
    const { exitCode } = await jest.ended
    return { exitCode, tests: JSON.parse(readFileSync(join(jest.directory, 'results.json'), 'utf8')) }
  })
}

/** What fails in `tests/leaks.test.js` and `tests/leaksOnce.test.js`. */
export const LEAKING = ['leaks once and passes when it is retried', 'leaves a daemon']
