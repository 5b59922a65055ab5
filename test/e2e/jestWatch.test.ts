import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { JEST } from '../support/versions.ts'
import { type Watching, watchVitest } from '../support/watchVitest.ts'

const CLEAN = /No orphaned processes: run ([0-9a-z]{7})/

function watchJest(args: string[], files: string[], use: (jest: Watching) => Promise<void>) {
  const testMatch = files.map((file) => `**/tests/${file}.test.js`)
  const env = { JEST_CONFIG: JSON.stringify({ testMatch }) }
  return watchVitest({ version: JEST, fixture: 'jest', args: ['--maxWorkers=2', ...args], env }, use)
}

async function quit(jest: Watching, key = 'q') {
  jest.press(key)
  const { exitCode } = await jest.ended
  expect(await jest.pythonProcesses(1_000)).toEqual([])
  expect(jest.runDirectories()).toEqual([])
  return exitCode
}

describe.concurrent('Jest in watch mode', () => {
  test('every rerun is a run of its own, and is verified before the next', async () => {
    await watchJest(['--watch'], ['concurrent', 'plain'], async (jest) => {
      // In the repository, no file has changed.
      await jest.round(1)
      const runIds: (string | undefined)[] = []
      for (const [index, key] of ['a', '\r', '\r', 'save'].entries()) {
        if (key !== 'save') jest.press(key)
        else writeFileSync(join(jest.directory, 'tests/plain.test.js'), "test('changed', () => {})\n")
        const { output } = await jest.round(index + 2)
        expect(output).toMatch(/Tests: +5 passed, 5 total/)
        runIds.push(CLEAN.exec(output)?.[1])
        expect(await jest.pythonProcesses()).toEqual([])
        expect(jest.runDirectories()).toEqual([])
      }
      expect(new Set(runIds).size, `${runIds}`).toBe(4)
      expect(await quit(jest)).toBe(0)
    })
  })

  test('an orphan is reported after its rerun, the next rerun starts, and the exit code is 1', async () => {
    await watchJest(['--watchAll'], ['leaks', 'plain'], async (jest) => {
      for (const rerun of [1, 2]) {
        const { output } = await jest.round(rerun)
        expect(output).toMatch(/Found 1 orphaned process of run [0-9a-z]{7}:/)
        expect(output).toContain('"leaves a daemon" (tests/leaks.test.js)')
        expect(await jest.pythonProcesses()).toEqual([])
        if (rerun === 1) jest.press('\r')
      }
      expect(await quit(jest)).toBe(1)
    })
  })

  test('Ctrl-C during a call leaves nothing', async () => {
    await watchJest(['--watchAll'], ['hangs', 'plain'], async (jest) => {
      const marker = join(jest.directory, 'started')
      await vi.waitFor(() => expect(existsSync(marker)).toBe(true), { timeout: 40_000, interval: 50 })
      expect((await jest.pythonProcesses()).length).toBeGreaterThan(0)
      expect(await quit(jest, '\x03')).toBe(1)
    })
  })

  test('if Python cannot start, the tests that use it fail, and you can still quit Jest', async () => {
    await watchVitest(
      {
        version: JEST,
        fixture: 'jest',
        args: ['--watchAll', 'tests/fails', 'tests/plain'],
        python: { modules: ['./python/nowhere.py'], start: 'eager' },
      },
      async (jest) => {
        const { output } = await jest.round(1)
        expect(output).toContain('./python/nowhere.py does not exist')
        expect(output).toMatch(/Tests: +1 failed, 1 passed, 2 total/)
        await quit(jest)
      },
    )
  })
})
