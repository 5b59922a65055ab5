import { describe, expect, test } from 'vitest'
import { printedBy } from '../support/printed.ts'
import { type FixtureOptions, NOTHING, runVitest } from '../support/runVitest.ts'
import { pools, versions } from '../support/versions.ts'

interface Seen {
  word: string
  seen: string[]
  pid: number
  startMethod: string
}

describe.concurrent.each(versions)('Vitest %s', (version) => {
  /** The traces of each other that the four tests of two files (a1, a2, b1, b2) see, ordered by name. */
  async function observe(
    python: Record<string, unknown>,
    options: Partial<FixtureOptions> = {},
  ): Promise<Seen[]> {
    const result = await runVitest({ version, fixture: 'state', python, ...options })
    expect(result.output).toMatch(/Tests +4 passed \(4\)/)
    expect(result.output).toContain('No orphaned processes')
    expect(result.exitCode).toBe(0)
    expect(result.left).toEqual(NOTHING)
    return printedBy<Seen>(result, 'seen').sort((a, b) => a.word.localeCompare(b.word))
  }
  const pidsOf = (seen: Seen[]) => new Set(seen.map(({ pid }) => pid))

  test.each([
    'fork',
    'spawn',
  ])('by default, every test gets a pristine process, by %s', async (startMethod) => {
    const tests = await observe({ startMethod })
    expect(tests.map(({ seen }) => seen)).toEqual([['a1'], ['a2'], ['b1'], ['b2']])
    expect(pidsOf(tests).size).toBe(4)
    expect(new Set(tests.map((at) => at.startMethod))).toEqual(new Set([startMethod]))
  })

  test.each(pools)("isolation: 'file' keeps a process for the tests of a file, in %s", async (pool) => {
    const tests = await observe({ isolation: 'file' }, { pool })
    expect(tests.map(({ seen }) => seen)).toEqual([['a1'], ['a1', 'a2'], ['b1'], ['b1', 'b2']])
    expect(pidsOf(tests).size).toBe(2)
  })

  test("isolation: 'shared' keeps a process for all tests", async () => {
    const args = ['--no-file-parallelism']
    const tests = await observe({ isolation: 'shared', maxWorkers: 1, spares: 0 }, { args })
    expect(pidsOf(tests).size).toBe(1)
    expect(tests.map(({ seen }) => seen.length).sort()).toEqual([1, 2, 3, 4])
  })
})
