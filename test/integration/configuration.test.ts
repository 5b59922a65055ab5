import { describe, expect, test } from 'vitest'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { pools, versions } from '../support/versions.ts'

describe.concurrent.each(versions)('Vitest %s', (version) => {
  test('works without the plugin, with global setup and environment options', async () => {
    const { exitCode, output, left } = await runVitest({ version, fixture: 'without-plugin' })
    expect(output).toMatch(/Tests +1 passed \(1\)/)
    expect(output).toContain('No orphaned processes')
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test.each(pools)('without any configuration, fixtures name the missing plugin, in %s', async (pool) => {
    const { exitCode, output, left } = await runVitest({ version, pool, fixture: 'not-configured' })
    expect(output).toContain('SetupError [NOT_CONFIGURED]: This test uses Python')
    expect(output).toContain('Add the plugin to the Vitest configuration')
    expect(output).toContain("import { python } from 'vitest-environment-python/vitest'")
    expect(exitCode).toBe(1)
    expect(left).toEqual(NOTHING)
  })

  test('a run whose tests do not use Python does not start it', async () => {
    const { exitCode, output, left } = await runVitest({ version, fixture: 'no-python' })
    expect(output).toMatch(/Tests +1 passed \(1\)/)
    expect(output).not.toContain('orphaned processes')
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test("with start: 'eager', such a run starts Python", async () => {
    const { exitCode, output, left } = await runVitest({
      version,
      fixture: 'no-python',
      python: { start: 'eager' },
    })
    expect(output).toMatch(/No orphaned processes: run [0-9a-z]{7}, [1-9]\d* Python workers? stopped/)
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })
})
