import { describe, expect, test } from 'vitest'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { pools, versions } from '../support/versions.ts'

describe.concurrent.each(versions)('Vitest %s', (version) => {
  test('works without the plugin, by global setup and environment options', async () => {
    const { exitCode, output, left } = await runVitest({ version, fixture: 'without-plugin' })
    expect(output).toMatch(/Tests +1 passed \(1\)/)
    expect(output).toContain('No orphaned processes')
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test.each(pools)('fixtures without any configuration say what is missing, in %s', async (pool) => {
    const { exitCode, output, left } = await runVitest({ version, pool, fixture: 'not-configured' })
    expect(output).toContain('SetupError [NOT_CONFIGURED]: This test uses Python')
    expect(output).toContain('Add the plugin to the Vitest configuration')
    expect(output).toContain("import { python } from 'vitest-environment-python/vitest'")
    expect(exitCode).toBe(1)
    expect(left).toEqual(NOTHING)
  })

  test('a run without a test that needs Python starts none', async () => {
    const { exitCode, output, left } = await runVitest({ version, fixture: 'no-python' })
    expect(output).toMatch(/Tests +1 passed \(1\)/)
    expect(output).not.toContain('orphaned processes')
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test("start: 'eager' starts it all the same", async () => {
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
