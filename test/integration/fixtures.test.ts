import { describe, expect, test } from 'vitest'
import { printedBy } from '../support/printed.ts'
import { type FixtureOptions, type FixtureResult, NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

describe.concurrent.each(versions)('Vitest %s', (version) => {
  const run = (file: string, options: Partial<FixtureOptions> = {}) =>
    runVitest({ version, fixture: 'fixtures', args: [file], ...options })

  function expectPassed({ exitCode, output, left }: FixtureResult, tests: number) {
    expect(output).toMatch(new RegExp(`Tests +${tests} passed \\(${tests}\\)`))
    expect(output).toContain('No orphaned processes')
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  }

  test("withPython adds its fixtures to a project's own test", async () => {
    expectPassed(await run('own.test.ts'), 1)
  })

  test('pythonPool leases and releases more processes, and counts them', async () => {
    expectPassed(await run('pool.test.ts'), 1)
  })

  test("a project's own stub reaches its own servicer", async () => {
    expectPassed(await run('stub.test.ts'), 1)
  })

  test('concurrent tests each have their own process at the same time', async () => {
    // Each waits for the others. If they had to wait for a process, they would reach their time limits.
    const result = await run('concurrent.test.ts', { env: { TOGETHER: '3' } })
    expectPassed(result, 3)
    const naps = printedBy<{ pid: number; began: number; ended: number }>(result, 'nap')
    expect(new Set(naps.map(({ pid }) => pid)).size).toBe(3)
    const lastBegan = Math.max(...naps.map(({ began }) => began))
    const firstEnded = Math.min(...naps.map(({ ended }) => ended))
    expect(lastBegan).toBeLessThanOrEqual(firstEnded)
  })

  test('with maxWorkers: 1, concurrent tests wait for each other', async () => {
    const result = await run('concurrent.test.ts', { python: { maxWorkers: 1 } })
    expectPassed(result, 3)
  })
})
