import { execa } from 'execa'
import { expect, test } from 'vitest'
import { cleanEnvironment } from '../support/environment.ts'
import { installProject } from '../support/installProject.ts'
import { jestResults, LEAKING } from '../support/jestResults.ts'
import { JEST } from '../support/versions.ts'

const JEST_29 = { jest: '^29.7.0', 'jest-environment-jsdom': '^29.7.0' }

test('Jest 29 runs tests with Python, on node and on jsdom', async () => {
  await using project = await installProject('jest29', JEST_29)
  const { exitCode, all } = await execa(process.execPath, ['node_modules/jest/bin/jest.js'], {
    cwd: project.directory,
    all: true,
    reject: false,
    extendEnv: false,
    timeout: 100_000,
    env: cleanEnvironment(process.execPath),
  })
  expect(all).toMatch(/Tests: +3 passed, 3 total/)
  expect(all).toContain('No orphaned processes')
  expect(exitCode).toBe(0)
})

test('in Jest 29, the tests that leak fail, and no others', async () => {
  await using project = await installProject('jest', JEST_29)
  const run = (...args: string[]) =>
    jestResults({ version: JEST, directory: project.directory, args: [...args, 'tests/plain', '--ci'] })
  const { exitCode, tests } = await run('tests/leaks')
  const failed = tests.filter(({ status }) => status === 'failed')
  expect(failed.map(({ title }) => title).sort()).toEqual(LEAKING)
  for (const { failureMessages } of failed) {
    expect(failureMessages.join('\n')).toContain('This test left a process behind:')
    expect(failureMessages.join('\n')).toMatch(/at .*leaks(Once)?\.test\.js:\d+:\d+/)
  }
  expect(exitCode).toBe(1)
  expect(await run('tests/retries')).toMatchObject({ exitCode: 0 })
})
