import { describe, expect, test } from 'vitest'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { pools, versions } from '../support/versions.ts'

describe.concurrent.each(versions)('Vitest %s', (version) => {
  test.each(
    pools,
  )('a run whose tests pass exits with 0 and proves that no process is left, in %s', async (pool) => {
    const { exitCode, output, left } = await runVitest({ version, pool, fixture: 'passes' })
    expect(output).toMatch(/Tests +4 passed \(4\)/)
    expect(output).toMatch(/No orphaned processes: run [0-9a-z]{7}, \d+ Python workers stopped/)
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })
})
