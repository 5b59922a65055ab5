import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { checkTypes } from '../support/checkTypes.ts'
import { type InnerOptions, NOTHING, runVitest, withVitest } from '../support/runVitest.ts'
import { JEST } from '../support/versions.ts'

const runner = { version: JEST, fixture: 'jest' } as const
const run = (args: string[], options: Partial<InnerOptions> = {}) =>
  runVitest({ ...runner, args, ...options })

describe.concurrent('Jest', () => {
  test('CommonJS tests call, stream, lease, and get values and errors of their own classes', async () => {
    const { exitCode, output, left } = await run([
      'tests/calls',
      'tests/classes',
      'tests/concurrent',
      '--ci',
      '--maxWorkers=2',
    ])
    expect(output).toMatch(/Tests: +31 passed, 31 total/)
    expect(output).toMatch(/No orphaned processes: run [0-9a-z]{7}/)
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('on top of jsdom, tests have DOM and Python', async () => {
    const { exitCode, output, left } = await run(['tests/page', 'tests/classes'], {
      python: { base: 'jsdom' },
    })
    expect(output).toMatch(/Tests: +18 passed, 18 total/)
    expect(output).toContain('No orphaned processes')
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('an environment that is not installed is named, and how to install it', async () => {
    const { exitCode, output, left } = await run(['tests/page'], { python: { base: 'happy-dom' } })
    expect(output).toContain(
      'The environment "happy-dom" (testEnvironmentOptions.python.base) is not installed: npm install --save-dev @happy-dom/jest-environment.',
    )
    expect(exitCode).toBe(1)
    expect(left).toEqual(NOTHING)
  })

  test('tests that are modules import the client', async () => {
    const { exitCode, output, left } = await run(['tests/module', '--testMatch', '**/*.test.mjs'], {
      env: { NODE_OPTIONS: '--experimental-vm-modules' },
    })
    expect(output).toMatch(/Tests: +1 passed, 1 total/)
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('two projects that want different Pythons are told apart', async () => {
    const project = (name: string, module: string) => ({
      ...{ displayName: name, preset: 'vitest-environment-python', testMatch: ['**/tests/calls.test.js'] },
      testEnvironmentOptions: { python: { modules: [module] } },
    })
    const projects = [project('a', './python/tools.py'), project('b', './python/daemons.py')]
    const { exitCode, output, left } = await run([], { env: { JEST_CONFIG: JSON.stringify({ projects }) } })
    expect(output).toContain('[PROJECTS_DIFFER]')
    expect(output).toContain('run them one after the other with --selectProjects')
    expect({ exitCode, left }).toEqual({ exitCode: 1, left: NOTHING })
  })

  test('the types accept what is right and refuse what is wrong', async () => {
    expect(await checkTypes(JEST, 'jest-types')).toEqual({ exitCode: 0, output: '' })
  })

  test('tests that use no Python start none', async () => {
    const { exitCode, output, left } = await run(['tests/plain'])
    expect(output).not.toContain('orphaned')
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test.each([
    ['--runInBand'],
    ['--forceExit'],
    ['--bail'],
    ['--ci', '--maxWorkers=2'],
    ['--workerThreads', '--maxWorkers=2'],
  ])('an orphan fails the run and is named; without one it passes: %s', async (...flags) => {
    const found = await run(['tests/leaks', 'tests/plain', ...flags])
    expect(found.output).toMatch(/Found 1 orphaned process of run [0-9a-z]{7}:/)
    expect(found.output).toContain('SetupError [RUN_FAILED]')
    expect(found.output).toContain('"leaves a daemon" (tests/leaks.test.js)')
    expect(found.exitCode).toBe(1)
    expect(found.left).toEqual(NOTHING)
    const clean = await run(['tests/calls', 'tests/plain', ...flags])
    expect(clean.output).toContain('No orphaned processes')
    expect(clean.exitCode).toBe(0)
    expect(clean.left).toEqual(NOTHING)
  })

  test.each([
    ['--ci'],
    ['--bail'],
    ['--forceExit'],
  ])('a test that fails fails the run: %s', async (...flags) => {
    const { exitCode, output, left } = await run(['tests/fails', ...flags])
    expect(output).toContain('No orphaned processes')
    expect(exitCode).toBe(1)
    expect(left).toEqual(NOTHING)
  })

  test('a module that is not there fails the setup, and is named', async () => {
    const { exitCode, output, left } = await run(['tests/plain'], {
      python: { modules: ['./python/nowhere.py'], start: 'eager' },
    })
    expect(output).toContain('./python/nowhere.py does not exist')
    expect(exitCode).toBe(1)
    expect(left).toEqual(NOTHING)
  })

  test('SIGKILL of Jest ends every Python process of its run', async () => {
    await withVitest({ ...runner, args: ['tests/hangs'] }, async (jest) => {
      const marker = join(jest.directory, 'started')
      await vi.waitFor(() => expect(existsSync(marker)).toBe(true), { timeout: 30_000, interval: 50 })
      expect((await jest.pythonProcesses()).length).toBeGreaterThan(0)
      process.kill(jest.pid, 'SIGKILL')
      await sleep(0)
      expect(await jest.pythonProcesses(1_000)).toEqual([])
    })
  })
})
