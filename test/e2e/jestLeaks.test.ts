import { describe, expect, test } from 'vitest'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { JEST } from '../support/versions.ts'

const FLAGS = ['--runInBand', '--maxWorkers=2']

const run = (...args: string[]) =>
  runVitest({
    version: JEST,
    fixture: 'jest-leaks',
    args: ['--detectLeaks', ...args],
    deadline: 110_000,
  })

async function findsNothing(flag: string): Promise<void> {
  const { exitCode, output, left } = await run('calls', 'everything', flag)
  expect(output).not.toContain('leaking memory')
  expect(output).toMatch(/Tests: +4 passed, 4 total/)
  expect({ exitCode, left }).toEqual({ exitCode: 0, left: NOTHING })
}

describe.concurrent('jest --detectLeaks', () => {
  test.each(FLAGS)('finds nothing of ours: %s', (flag) => findsNothing(flag))

  test('control: it finds a leak of the test', async () => {
    const { exitCode, output } = await run('leaks')
    expect(output).toContain('Your test suite is leaking memory')
    expect(exitCode).toBe(1)
  })
})
