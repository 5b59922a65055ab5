import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, inject, test } from 'vitest'
import { layFixture, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

describe.concurrent.each(versions)('a changed Python file, Vitest %s', (version) => {
  const run = (args: string[], command?: string[], directory?: string) =>
    runVitest({
      version,
      fixture: 'watch',
      args,
      ...(command ? { command } : {}),
      ...(directory ? { directory } : {}),
    })

  test('vitest related runs the tests of the project that may use it', async () => {
    const python = await run(['python/sums.py', '--run'], ['related'])
    expect(python.output).toMatch(/Test Files +3 passed \(3\)/)
    expect(python.exitCode).toBe(0)
    const other = await run(['python/words.txt', '--run', '--passWithNoTests'], ['related'])
    expect(other.output).toMatch(/No (test|affected test|changed) files found/)
  })

  test('vitest --changed runs them, too', async () => {
    const directory = mkdtempSync(join(inject('installations')[version]!.directory, 'changed-'))
    try {
      layFixture(directory, 'watch')
      const git = (...words: string[]) =>
        execa('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...words], { cwd: directory })
      await git('init', '--quiet')
      await git('add', '.')
      await git('commit', '--quiet', '-m', 'all')
      const wrap = (command: string[]) =>
        command.map((word) => word.replace(/^node_modules/, '../node_modules'))
      const changed = () =>
        runVitest({ version, fixture: 'watch', directory, args: ['--changed', '--passWithNoTests'], wrap })
      expect((await changed()).output).toMatch(/No (test|affected test|changed) files found/)
      appendFileSync(join(directory, 'python/common.py'), '# changed\n')
      const { output, exitCode } = await changed()
      expect(output).toMatch(/Test Files +3 passed \(3\)/)
      expect(exitCode).toBe(0)
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })
})
