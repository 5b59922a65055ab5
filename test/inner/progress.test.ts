import { describe, expect, test } from 'vitest'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

describe.concurrent.each(versions)('Vitest %s', (version) => {
  const SLOW = /^ python {2}Python is starting: importing .*heavy.* …$/m

  test('a slow import is named while it lasts, and its end is told', async () => {
    const { exitCode, output, left } = await runVitest({ version, fixture: 'slow' })
    expect(output).toMatch(SLOW)
    expect(output).toMatch(/^ python {2}Python is ready after [2-9]\.\d s$/m)
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('--silent keeps progress quiet, and not the verdict', async () => {
    const { exitCode, output } = await runVitest({ version, fixture: 'slow', args: ['--silent'] })
    expect(output).not.toContain('Python is starting')
    expect(output).not.toContain('Python is ready')
    expect(output).toContain('No orphaned processes')
    expect(exitCode).toBe(0)
  })
})
