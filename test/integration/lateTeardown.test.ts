import { describe, expect, test } from 'vitest'
import { type FixtureOptions, NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

// Vitest alone ends with exit code 0 then, because nothing keeps its process alive.
describe.concurrent.each(
  versions,
)('a teardown of another global setup that never settles, Vitest %s', (version) => {
  const run = (options: Partial<FixtureOptions>) => runVitest({ version, fixture: 'late', ...options })

  test.each([
    'lazy',
    'eager',
  ])('does not hang the runner, and the verdict comes all the same: %s', async (start) => {
    const { exitCode, output, left } = await run({ args: ['calls'], python: { start } })
    expect(output).toMatch(/Tests +1 passed \(1\)/)
    expect(output).toContain('No orphaned processes')
    expect({ exitCode, left }).toEqual({ exitCode: 0, left: NOTHING })
  })

  test('nor if Python was never started', async () => {
    const { exitCode, left } = await run({ args: ['plain'] })
    expect({ exitCode, left }).toEqual({ exitCode: 0, left: NOTHING })
  })

  test('control: an orphan fails the run', async () => {
    const { exitCode, output, left } = await run({ args: ['calls'], env: { CALL: 'leave' } })
    expect(output).toMatch(/Found 1 orphaned process of run [0-9a-z]{7}:/)
    expect({ exitCode, left }).toEqual({ exitCode: 1, left: NOTHING })
  })
})
