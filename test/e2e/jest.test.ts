import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { checkTypes } from '../support/checkTypes.ts'
import { jestResults, LEAKING } from '../support/jestResults.ts'
import { printedBy } from '../support/printed.ts'
import { type FixtureOptions, NOTHING, runVitest, withVitest } from '../support/runVitest.ts'
import { JEST } from '../support/versions.ts'

const runner = { version: JEST, fixture: 'jest' } as const
const run = (args: string[], options: Partial<FixtureOptions> = {}) =>
  runVitest({ ...runner, args, ...options })

const MODULES = ['./python/tools.py']

/** Runs projects with one test file each, and their Python options. */
function runProjects(...projects: [file: string, python?: object][]) {
  const config = {
    projects: projects.map(([file, python]) => ({
      displayName: file,
      testMatch: [`**/tests/${file}.test.js`],
      ...(python && { preset: 'vitest-environment-python', testEnvironmentOptions: { python } }),
    })),
  }
  return run(['--maxWorkers=2', '--config', JSON.stringify(config)])
}

/** For each test, the number of calls that its process has had before. */
function kept(output: string): number[] {
  return Array.from(output.matchAll(/kept: (\d+);/g), ([, count]) => Number(count))
}

describe.concurrent('Jest', () => {
  test('CommonJS tests call, stream and lease, and get values and errors of their own realm', async ({
    onTestFinished,
  }) => {
    const directory = mkdtempSync(join(tmpdir(), 'summary-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const summary = join(directory, 'step.md')
    const args = ['tests/calls', 'tests/classes', 'tests/concurrent', '--ci', '--maxWorkers=2']
    const { exitCode, output, left } = await run(args, { env: { GITHUB_STEP_SUMMARY: summary } })
    expect(readFileSync(summary, 'utf8').match(/^### .*$/gm)).toEqual(['### ✅ Python: clean'])
    expect(output).toMatch(/Tests: +32 passed, 32 total/)
    expect(output).toMatch(/No orphaned processes: run [0-9a-z]{7}/)
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('on top of jsdom, tests have both DOM and Python', async () => {
    const { exitCode, output, left } = await run(['tests/page', 'tests/classes'], {
      python: { base: 'jsdom' },
    })
    expect(output).toMatch(/Tests: +18 passed, 18 total/)
    expect(output).toContain('No orphaned processes')
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('an environment that is not installed is named with the install command', async () => {
    const { exitCode, output, left } = await run(['tests/page'], { python: { base: 'happy-dom' } })
    expect(output).toContain(
      'The environment "happy-dom" (testEnvironmentOptions.python.base) is not installed: npm install --save-dev @happy-dom/jest-environment.',
    )
    expect(exitCode).toBe(1)
    expect(left).toEqual(NOTHING)
  })

  test('ES module tests import the client', async () => {
    const { exitCode, output, left } = await run(['tests/module', '--testMatch', '**/*.test.mjs'], {
      env: { NODE_OPTIONS: '--experimental-vm-modules' },
    })
    expect(output).toMatch(/Tests: +1 passed, 1 total/)
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('projects with the same options share a run, others have their own, and one has no Python', async () => {
    const { exitCode, output, left } = await runProjects(
      ['calls', { modules: MODULES }],
      ['page', { modules: MODULES, base: 'jsdom' }],
      ['keptOne', { modules: MODULES, isolation: 'file' }],
      ['plain'],
    )
    expect(output).toMatch(/Tests: +15 passed, 15 total/)
    expect(output.match(/No orphaned processes/g)).toHaveLength(2)
    expect(kept(output)).toEqual([1, 2])
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('invalid options of a project fail its tests or the setup, and are named', async () => {
    const { exitCode, output, left } = await runProjects(
      ['keptOne', { modules: MODULES }],
      ['page', { isolation: 'tests' }],
    )
    expect(output).toContain('isolation')
    expect(output).toContain('write "test", "file" or "shared"')
    expect(exitCode).toBe(1)
    expect(left).toEqual(NOTHING)
  })

  test.each([
    ['test', [1, 1, 1, 1]],
    ['file', [1, 2, 1, 2]],
    ['shared', [1, 2, 3, 4]],
  ])('with isolation %s, the state of a process lasts accordingly: %j', async (isolation, counts) => {
    const { exitCode, output, left } = await run(['tests/kept', '--runInBand'], {
      python: { isolation, maxWorkers: 1 },
    })
    expect(kept(output)).toEqual(counts)
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('a test process exits when Jest asks it to, because Python does not keep it alive', async () => {
    const flags = ['--maxWorkers=2', '--workerGracefulExitTimeout=10000']
    const { exitCode, output } = await run(['tests/kept', ...flags])
    expect(output).toMatch(/Tests: +4 passed, 4 total/)
    expect(output).not.toContain('failed to exit gracefully')
    expect(exitCode).toBe(0)
  })

  test('the pool knows the number of test processes, and divides the cores among them', async () => {
    const results = await Promise.all([1, 64].map((many) => run(['tests/threads', `--maxWorkers=${many}`])))
    expect(results.map((result) => printedBy(result, 'threads'))).toEqual([
      [`${availableParallelism()}`],
      ['1'],
    ])
    for (const { exitCode, left } of results) expect([exitCode, left]).toEqual([0, NOTHING])
  })

  test.each(['babel', 'v8'])('coverage by %s, and retries', async (provider) => {
    const flags = ['--coverage', `--coverageProvider=${provider}`]
    const { exitCode, output, left } = await run(['tests/covered', 'tests/retries', ...flags])
    expect(output).toMatch(/Tests: +2 passed, 2 total/)
    expect(output).toMatch(/double\.js *\| +100 /)
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('a shard is a run of its own, and so is a selection by name', async () => {
    const files = ['tests/covered', 'tests/retries']
    const runs = await Promise.all([
      run([...files, '--shard=1/2']),
      run([...files, '--shard=2/2']),
      run(['tests/calls', '--testNamePattern', 'pristine']),
    ])
    for (const { exitCode, output, left } of runs) {
      expect(output).toMatch(/Tests: .*1 passed/)
      expect(output).toContain('No orphaned processes')
      expect(exitCode).toBe(0)
      expect(left).toEqual(NOTHING)
    }
  })

  test('the types accept correct code and refuse wrong code', async () => {
    expect(await checkTypes(JEST, 'jest-types')).toEqual({ exitCode: 0, output: '' })
  })

  test('tests that do not use Python do not start it', async () => {
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
  ])('an orphan is named and fails the run; control: without an orphan, it passes: %s', async (...flags) => {
    const found = await run(['tests/leaks.test', 'tests/plain', ...flags])
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
    'test',
    'file',
  ])('with isolation %s, the test that leaks fails in the results', async (isolation) => {
    const args = ['tests/leaks', 'tests/plain', '--ci']
    const { exitCode, tests } = await jestResults({ version: JEST, args, python: { isolation } })
    expect(exitCode).toBe(1)
    const failed = tests.filter(({ status }) => status === 'failed')
    expect(failed.map(({ title }) => title).sort()).toEqual(LEAKING)
    expect(tests.filter(({ status }) => status === 'passed').length).toBeGreaterThanOrEqual(2)
    for (const { failureMessages } of failed) {
      expect(failureMessages.join('\n')).toMatch(
        /LeftoverError \[ORPHANS_FOUND\]: This test left a process behind:/,
      )
      expect(failureMessages.join('\n')).toMatch(/at .*leaks(Once)?\.test\.js:\d+:\d+/)
    }
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

  test('a missing module fails the setup, and is named', async () => {
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
