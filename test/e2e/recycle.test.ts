import { describe, expect, test } from 'vitest'
import { printedBy } from '../support/printed.ts'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

// The pool decides, and does not depend on the runner. But the versions differ in when they end a lease.
describe.concurrent.each(versions)('Vitest %s', (version) => {
  /** The processes that served six leases, numbered in the order of their first lease. */
  async function served(
    recycle: Record<string, number>,
    env: Record<string, string> = {},
    more: Record<string, unknown> = {},
  ): Promise<number[]> {
    const python = { isolation: 'shared', maxWorkers: 1, spares: 0, recycle, ...more }
    const result = await runVitest({ version, fixture: 'recycle', python, env })
    expect(result.output).toMatch(/Tests +6 passed \(6\)/)
    expect(result.output).toContain('No orphaned processes')
    expect(result.left).toEqual(NOTHING)
    if (more['reset']) expect(result.output).toMatch(/is replaced, because hoard\.forget.+failed:/)
    const pids = printedBy<number>(result, 'served')
    const order = [...new Set(pids)]
    return pids.map((pid) => order.indexOf(pid) + 1)
  }

  test('a shared worker is replaced after the given number of leases, between two leases', async () => {
    expect(await served({ leases: 2 })).toEqual([1, 1, 2, 2, 3, 3])
  })

  test('a shared worker is replaced after it has grown by the given number of megabytes', async () => {
    expect(await served({ memory: 100 }, { GROW: '60' })).toEqual([1, 1, 2, 2, 3, 3])
  })

  test('a shared worker is replaced at the given age', async () => {
    expect(new Set(await served({ age: 300 }, { REST: '400' })).size).toBe(6)
  })

  test('a shared worker is replaced if it cannot be reset', async () => {
    const reset = { reset: 'hoard.forget' }
    // It fails when the worker has grown twice.
    expect(await served({}, { GROW: '1' }, reset)).toEqual([1, 1, 2, 2, 3, 3])
  })

  test('without a limit, a shared worker is kept', async () => {
    expect(await served({}, { GROW: '20' })).toEqual([1, 1, 1, 1, 1, 1])
  })
})
