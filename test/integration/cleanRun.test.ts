import { describe, expect, test } from 'vitest'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { pools, versions } from '../support/versions.ts'

describe.concurrent('DEBUG', () => {
  const AREAS = ['python', 'pool', 'reaper', 'verdict'].map((area) => `vitest-python:${area} `)

  test.each([
    ['vitest-python:*', AREAS],
    ['vitest-python:verdict', AREAS.slice(-1)],
    ['', []],
  ])('set to %j shows the decisions of these areas: %j', async (DEBUG, areas) => {
    const { exitCode, output } = await runVitest({
      version: '4.1.12',
      fixture: 'passes',
      env: { DEBUG },
    })
    expect(AREAS.filter((area) => output.includes(area))).toEqual(areas)
    expect(exitCode).toBe(0)
    if (areas.length < AREAS.length) return
    expect(output).toMatch(/vitest-python:pool w1 is ready, pid \d+/)
    expect(output).toMatch(/vitest-python:verdict swept \d+ processes in \d+ ms: 0 of the run, 0 unknown/)
  })
})

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
