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
