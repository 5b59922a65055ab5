import { describe, expect, test } from 'vitest'
import { printedBy } from '../support/printed.ts'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

// What is decided lies in the pool, which knows no runner; the versions differ in when they end a lease.
describe.concurrent.each(versions)('Vitest %s', (version) => {
  /** Which process served each of six leases, numbered in the order in which they first served. */
  async function served(
    recycle: Record<string, number>,
    env: Record<string, string> = {},
  ): Promise<number[]> {
    const python = { isolation: 'shared', maxWorkers: 1, spares: 0, recycle }
    const result = await runVitest({ version, fixture: 'recycle', python, env })
    expect(result.output).toMatch(/Tests +6 passed \(6\)/)
    expect(result.output).toContain('No orphaned processes')
    expect(result.left).toEqual(NOTHING)
    const pids = printedBy<number>(result, 'served')
    const order = [...new Set(pids)]
    return pids.map((pid) => order.indexOf(pid) + 1)
  }

  test('a shared worker is replaced after so many leases, between two of them', async () => {
    expect(await served({ leases: 2 })).toEqual([1, 1, 2, 2, 3, 3])
  })

  test('… when it has grown by so many megabytes', async () => {
    expect(await served({ memory: 100 }, { GROW: '60' })).toEqual([1, 1, 2, 2, 3, 3])
  })

  test('… when it is so old', async () => {
    expect(new Set(await served({ age: 300 }, { REST: '400' })).size).toBe(6)
  })

  test('without a limit it serves for ever', async () => {
    expect(await served({}, { GROW: '20' })).toEqual([1, 1, 1, 1, 1, 1])
  })
})
