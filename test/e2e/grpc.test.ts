import { describe, expect, test } from 'vitest'
import { type FixtureOptions, NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

describe.concurrent.each(versions)("clients of the project's own servicers, Vitest %s", (version) => {
  async function expectPassed(file: string, tests: number, options: Partial<FixtureOptions> = {}) {
    const { exitCode, output, left } = await runVitest({ version, fixture: 'grpc', args: [file], ...options })
    expect(output).toMatch(new RegExp(`Tests +${tests} passed \\(${tests}\\)`))
    expect({ exitCode, left }).toEqual({ exitCode: 0, left: NOTHING })
  }

  test('send the token with any interceptors of a call or a client', () =>
    expectPassed('interceptors.test.ts', 4))

  test.each(['test', 'file', 'shared'])('end with their test, with isolation: %s', (isolation) =>
    expectPassed('ends.test.ts', 2, { python: { isolation } }))

  test('show the line at which the servicer raised', () => expectPassed('raises.test.ts', 4))

  test('an error that the test does not catch names the file and the line', async () => {
    const { exitCode, output } = await runVitest({ version, fixture: 'grpc', args: ['uncaught.test.ts'] })
    expect(output).toMatch(/in the servicer; ValueError in _fail \(.*words\.py:24\)/)
    expect(output).toContain('Caused by: ValueError: in the servicer')
    expect(output).toMatch(/❯ _fail python\/words\.py:24:\d+/)
    expect(exitCode).toBe(1)
  })
})
