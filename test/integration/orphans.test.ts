import { describe, expect, test } from 'vitest'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { pools, versions } from '../support/versions.ts'

describe.concurrent.each(versions)('Vitest %s', (version) => {
  test.each(pools)('orphans are named, killed, and fail the run, in %s', async (pool) => {
    const { exitCode, output, left } = await runVitest({
      version,
      pool,
      fixture: 'leaks',
      args: ['daemons.test.ts'],
    })
    expect(output).toMatch(/Tests +3 failed \(3\)/)
    expect(output).toMatch(/Found 3 orphaned processes of run [0-9a-z]{7}:/)
    expect(output).not.toContain('No orphaned processes')
    const pid = (what: string) => new RegExp(`${what}: (\\d+);`).exec(output)?.[1]
    const verdict = output.slice(output.indexOf('Found 3 orphaned'))
    const line = (what: string) => verdict.split('\n').find((text) => text.includes(`pid ${pid(what)} (`))
    expect(line('daemon')).toContain('(sleep 121)')
    expect(line('daemon')).toContain('"leaves a daemon" (daemons.test.ts)')
    expect(line('without environment')).toContain('(sleep 122)')
    expect(line('without environment')).toContain('known by its resource limit')
    expect(line('without environment')).toContain('"leaves a daemon without environment" (daemons.test.ts)')
    expect(line('without exec')).toContain('"leaves a fork" (daemons.test.ts)')
    expect(output.match(/; killed now/g)).toHaveLength(3)
    expect(exitCode).toBe(1)
    expect(left).toEqual(NOTHING)
  })

  test("with orphans: 'warn', orphans are named and killed, and the run passes", async () => {
    const { exitCode, output, left } = await runVitest({
      version,
      fixture: 'leaks',
      args: ['daemons.test.ts'],
      python: { orphans: 'warn' },
    })
    expect(output).toMatch(/Tests +3 passed \(3\)/)
    expect(output).toMatch(/Found 3 orphaned processes of run [0-9a-z]{7}:/)
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('children that a test stops or waits for are not orphans', async () => {
    const { exitCode, output, left } = await runVitest({
      version,
      fixture: 'passes',
      args: ['children.test.ts'],
    })
    expect(output).toMatch(/Tests +2 passed \(2\)/)
    expect(output).toContain('No orphaned processes')
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('a test that fails does not hide its orphans', async () => {
    const { exitCode, output, left } = await runVitest({
      version,
      fixture: 'leaks',
      args: ['fails.test.ts'],
    })
    expect(output).toContain("expected 'this' to be 'that'")
    expect(output).toMatch(/Found 1 orphaned process of run [0-9a-z]{7}:/)
    expect(output).toContain('"leaves a daemon and fails" (fails.test.ts)')
    expect(exitCode).toBe(1)
    expect(left).toEqual(NOTHING)
  })
})
