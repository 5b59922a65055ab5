import { describe, expect, test } from 'vitest'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

const SENTENCE =
  'vitest-environment-python does not work in browser mode: a browser has no Unix sockets. ' +
  'Move the tests that need Python to a project without browser mode.'

describe.concurrent.each(versions)('Vitest %s', (version) => {
  const run = (web: string, ...args: string[]) =>
    runVitest({ version, fixture: 'browser', env: { WEB: web }, args })

  test('a project in browser mode is refused by the plugin', async () => {
    const { exitCode, output, left } = await run('plugin')
    expect(output).toContain(SENTENCE)
    expect(output).not.toMatch(/\d passed|about to start|server is made/)
    expect(exitCode).toBe(1)
    expect(left).toEqual(NOTHING)
  })

  test('beside a browser project without Python, tests in Node have it', async () => {
    const { exitCode, output, left } = await run('none', '--project=node')
    expect(output).not.toContain(SENTENCE)
    expect(output).toMatch(/Tests +1 passed \(1\)/)
    expect(output).toContain('No orphaned processes')
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  // Vitest 3 looks for the package of its provider first.
  test.skipIf(version.startsWith('3.'))(
    'a project in browser mode is refused by the global setup, if there is no plugin',
    async () => {
      const { exitCode, output, left } = await run('setup', '--project=web')
      expect(output).toContain(SENTENCE)
      expect(output).not.toMatch(/\d passed|about to start/)
      expect(exitCode).toBe(1)
      expect(left).toEqual(NOTHING)
    },
  )
})
