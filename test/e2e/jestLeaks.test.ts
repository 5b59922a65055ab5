import { describe, expect, test } from 'vitest'
import { installProject } from '../support/installProject.ts'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { JEST } from '../support/versions.ts'

const FLAGS = ['--runInBand', '--maxWorkers=2']

const run = (args: string[], directory?: string) =>
  runVitest({
    version: JEST,
    fixture: 'jest-leaks',
    args: ['--detectLeaks', ...args],
    deadline: 110_000,
    ...(directory && { directory }),
  })

async function findsNothing(flag: string, directory?: string): Promise<void> {
  const { exitCode, output, left } = await run(['calls', 'everything', flag], directory)
  expect(output).not.toContain('leaking memory')
  expect(output).toMatch(/Tests: +4 passed, 4 total/)
  expect({ exitCode, left }).toEqual({ exitCode: 0, left: NOTHING })
}

describe.concurrent('jest --detectLeaks', () => {
  test.each(FLAGS)('finds nothing of ours in Jest 30: %s', (flag) => findsNothing(flag))

  test('finds nothing of ours in Jest 29', async () => {
    await using project = await installProject('jest-leaks', { jest: '^29.7.0' })
    for (const flag of FLAGS) await findsNothing(flag, project.directory)
  })

  test('control: it finds a leak of the test', async () => {
    const { exitCode, output } = await run(['leaks'])
    expect(output).toContain('Your test suite is leaking memory')
    expect(exitCode).toBe(1)
  })
})
