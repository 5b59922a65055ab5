import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { canMount, mounted } from '../support/mounted.ts'
import { makeProject, runCli } from '../support/runCli.ts'

interface Examined {
  name: string
  state: string
  found: string
}

describe.concurrent('doctor', () => {
  test('prints a table without problems on this machine', async () => {
    using project = makeProject('doctor')
    const { output } = await runCli(project.directory, ['doctor'])
    expect(output).toMatch(/✓ +│ ?Node/)
    expect(output).toMatch(/✓ +│ ?leftover runs|✗ +│ ?leftover runs/)
    // Runs of other tests on this machine may be dead right now.
    expect(output.match(/✗ +│ ?(.+?) +│/g) ?? []).not.toContainEqual(
      expect.not.stringContaining('leftover runs'),
    )
  })

  test('exits with 1 and names the problem', async () => {
    using project = makeProject('doctor')
    const env = { VITEST_PYTHON: '/nowhere/python3' }
    const { exitCode, stdout } = await runCli(project.directory, ['doctor', '--json'], env)
    const examined = JSON.parse(stdout) as Examined[]
    expect(examined.find(({ name }) => name === 'Python')).toMatchObject({ state: 'problem' })
    expect(examined.find(({ name }) => name === 'test runner')).toMatchObject({ state: 'ok' })
    expect(exitCode).toBe(1)
  })

  // The questions of a new user. Each row names files that are changed, and what doctor says then.
  test.each([
    [{}, 'ok', 'modules: ./python/tools.py', 'ok', 'all can be imported'],
    [{ module: './tools.py' }, 'problem', 'there is no file ', 'problem', './tools.py does not exist'],
    [{ option: 'module' }, 'problem', 'Did you mean modules?', undefined, ''],
    [{ code: 'import nowhere' }, 'ok', '', 'problem', "No module named 'nowhere'"],
    [{ code: 'import os; os.system("sleep 50 &"); print(1)' }, 'ok', '', 'warning', '(sleep 50)'],
  ] as const)('names the cause with %j', async (change, state, text, imported, failure) => {
    using project = makeProject('doctor')
    const { option = 'modules', module = './python/tools.py', code = '' } = change as Record<string, string>
    writeFileSync(
      join(project.directory, 'vitest.config.mjs'),
      `import { python } from 'vitest-environment-python/vitest'
export default { plugins: [python({ ${option}: ['${module}'] })] }`,
    )
    mkdirSync(join(project.directory, 'python'))
    writeFileSync(join(project.directory, 'python/tools.py'), code)
    const { stdout } = await runCli(project.directory, ['doctor', '--json'])
    const checks = JSON.parse(stdout) as Examined[]
    const check = (wanted: string) => checks.find(({ name }) => name === wanted)
    expect(check('configuration')).toMatchObject({ state, found: expect.stringContaining(text) })
    const modules = check('import of the modules')
    expect(modules?.state).toBe(imported)
    expect(modules?.found ?? '').toContain(failure)
  })

  const bad: [name: string, state: string, remedy: string, around: string[]][] = [
    ['limits', 'problem', 'ulimit -n 1024', ['sh', '-c', 'ulimit -n 120 && exec "$@"', 'sh']],
  ]
  if (canMount) bad.push(['/dev/shm', 'warning', '--shm-size', mounted('/dev/shm', 'size=1m')])

  test.each(bad)('prints a remedy for %s, a %s', async (name, state, remedy, around) => {
    using project = makeProject('doctor')
    const { exitCode, stdout } = await runCli(project.directory, ['doctor', '--json'], {}, around)
    const examined = (JSON.parse(stdout) as Examined[]).find((check) => check.name === name)
    expect(examined).toMatchObject({ state, remedy: expect.stringContaining(remedy) })
    if (state === 'problem') expect(exitCode).toBe(1)
  })
})
