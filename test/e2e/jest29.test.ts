import { execa } from 'execa'
import { expect, test } from 'vitest'
import { cleanEnvironment } from '../support/environment.ts'
import { installProject } from '../support/installProject.ts'

test('Jest 29 runs tests with Python, on node and on jsdom', async () => {
  const jest = { jest: '^29.7.0', 'jest-environment-jsdom': '^29.7.0' }
  await using project = await installProject('jest29', jest)
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
