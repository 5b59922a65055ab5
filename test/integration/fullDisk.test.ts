import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { canMount, mounted } from '../support/mounted.ts'
import { makeProject, runCli } from '../support/runCli.ts'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'
import { basePython } from '../unit/pool/interpreter/scratch.ts'

describe.skipIf(!canMount).concurrent('setup, with a cache', () => {
  test.each([
    ['on a disk that is too small', 'size=4m', 'is full: free some space', 'OVERLAY_INSTALL_FAILED'],
    ['on a disk that is full', 'nr_inodes=1', 'the disk is full (ENOSPC', 'OVERLAY_CACHE_UNWRITABLE'],
    ['on a read-only disk', 'ro', 'the file system is read-only (EROFS', 'OVERLAY_CACHE_UNWRITABLE'],
  ])('%s, names the cause and the remedy', async (_, options, sentence, code) => {
    using project = makeProject('disk')
    const cache = join(project.directory, 'cache')
    const env = { VITEST_PYTHON: basePython, VITEST_PYTHON_CACHE: cache }
    const { exitCode, output } = await runCli(project.directory, ['setup'], env, mounted(cache, options))
    expect(output).toContain(sentence)
    expect(output).toContain('VITEST_PYTHON_CACHE to')
    expect(output).toContain(`(${code})`)
    expect(exitCode).toBe(1)
  })

  test('control: on a disk with enough space, it is ready', async () => {
    using project = makeProject('disk')
    const cache = join(project.directory, 'cache')
    const env = { VITEST_PYTHON: basePython, VITEST_PYTHON_CACHE: cache }
    const around = mounted(cache, 'size=400m')
    const { exitCode, output } = await runCli(project.directory, ['setup'], env, around)
    expect(output).toContain('Python is ready.')
    expect(exitCode).toBe(0)
  })
})

describe.skipIf(!canMount)('a run whose sockets are on a full disk', () => {
  test('names the cause and the remedy', async () => {
    const { exitCode, output, left } = await runVitest({
      version: versions.at(-1)!,
      fixture: 'passes',
      wrap: (command) => [...mounted('"$XDG_RUNTIME_DIR"', 'nr_inodes=1'), ...command],
    })
    expect(output).toContain('RUNS_DIRECTORY_UNWRITABLE')
    expect(output).toContain('no space left on device')
    expect(output).toContain('Set XDG_RUNTIME_DIR to a writable directory')
    expect({ exitCode, left }).toEqual({ exitCode: 1, left: NOTHING })
  })
})
