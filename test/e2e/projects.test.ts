import { describe, expect, test } from 'vitest'
import { printedBy } from '../support/printed.ts'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

interface Seen {
  project: string
  run: string
  forkserver: number
  place: string
}

describe.concurrent.each(versions)('Vitest %s', (version) => {
  const run = (...args: string[]) => runVitest({ version, fixture: 'projects', args })

  test('projects with the same options share one Python, with or without `extends`', async () => {
    const result = await run('tells')
    expect(result.output).toMatch(/Tests +5 passed \(5\)/)
    const seen = printedBy<Seen>(result, 'seen')
    const told = (of: 'run' | 'forkserver' | 'place', ...projects: string[]) =>
      new Set(seen.filter(({ project }) => projects.includes(project)).map((at) => at[of]))
    expect(told('run', 'a', 'b', 'c').size).toBe(1)
    expect(told('forkserver', 'a', 'b', 'c').size).toBe(1)
    expect(told('run', 'a', 'other', 'apart').size).toBe(3)
    expect(told('forkserver', 'a', 'other', 'apart').size).toBe(3)
    expect([...told('place', 'a', 'b', 'c', 'apart'), ...told('place', 'other')]).toEqual(['common', 'other'])
    expect(result.output.match(/No orphaned processes/g)).toHaveLength(3)
    expect(result.exitCode).toBe(0)
    expect(result.left).toEqual(NOTHING)
  })

  test('a leak in one project fails the run and names the file; filtered projects start nothing', async () => {
    const result = await run('--project=a', '--project=other')
    expect(result.output).toMatch(/Tests +1 failed \| 2 passed \(3\)/)
    expect(
      printedBy<Seen>(result, 'seen')
        .map(({ project }) => project)
        .sort(),
    ).toEqual(['a', 'other'])
    expect(result.output).toMatch(/Found 1 orphaned process of run [0-9a-z]{7}:/)
    expect(result.output).toContain('"leaves a daemon" (other/leaks.test.ts)')
    expect(result.output.match(/No orphaned processes/g)).toHaveLength(1)
    expect(result.exitCode).toBe(1)
    expect(result.left).toEqual(NOTHING)
  })
})
