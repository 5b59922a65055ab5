import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { canMount, mounted } from '../support/mounted.ts'
import { makeProject, runCli } from '../support/runCli.ts'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { nightly, versions } from '../support/versions.ts'
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

/** Each number is the last thing for which there is room: a directory, the record, a socket, a log. */
const INODES = nightly ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] : [1, 6, 9, 10]
/** Prints which run directories are left, inside of the mount. */
const LIST =
  '"$@"; code=$?; echo "run directories: [$(ls -A "$XDG_RUNTIME_DIR"/vitest-python-* 2>&-)]"; exit $code'

describe.skipIf(!canMount).concurrent('a run whose run directory is on a disk that gets full', () => {
  const start = (options: string) =>
    runVitest({
      version: versions.at(-1)!,
      fixture: 'passes',
      wrap: (command) => [...mounted('"$XDG_RUNTIME_DIR"', options), 'sh', '-c', LIST, 'sh', ...command],
    })

  test.each(INODES)('after %i files, names the cause and leaves nothing', async (inodes) => {
    const { exitCode, output, left } = await start(`nr_inodes=${inodes}`)
    expect(output).toMatch(/\[(RUNS_DIRECTORY_UNWRITABLE|PYTHON_START_FAILED|WORKER_START_FAILED)\]/)
    expect(output).toMatch(/no space left on device/i)
    expect(output).not.toContain('sys.exit')
    expect(output).toContain('run directories: []')
    expect({ exitCode, left }).toEqual({ exitCode: 1, left: NOTHING })
  })

  test('when a process is recorded, ends the reaper', async () => {
    const { exitCode, output, left } = await start('size=4k')
    expect(output).toMatch(/Cannot record process \d+ \(reaper\) in .*ENOSPC/)
    expect(output).toContain('Set XDG_RUNTIME_DIR to a directory with free space')
    expect(output).toContain('run directories: []')
    expect({ exitCode, left }).toEqual({ exitCode: 1, left: NOTHING })
  })

  test('control: with enough space, passes', async () => {
    const { exitCode, output } = await start('size=1m')
    expect(output).toContain('run directories: []')
    expect(exitCode).toBe(0)
  })
})
