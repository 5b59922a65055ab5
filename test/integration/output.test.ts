import { describe, expect, test } from 'vitest'
import { printedBy } from '../support/printed.ts'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { covering, pools, versions } from '../support/versions.ts'

interface Console {
  test: string
  type: 'stdout' | 'stderr'
  text: string
}

describe.concurrent.each(versions)('Vitest %s', (version) => {
  test.each([
    ...pools.map((pool) => ({ pool, isolation: 'test' })),
    { pool: 'forks' as const, isolation: 'file' },
    { pool: 'forks' as const, isolation: 'shared' },
  ])('Python output belongs to the test that made it, in $pool with isolation $isolation', async ({
    pool,
    isolation,
  }) => {
    const args = ['talks.test.ts']
    const result = await runVitest({ version, fixture: 'output', pool, args, python: { isolation } })
    const consoles = printedBy<Console>(result, 'console')
    const of = (name: string, type: Console['type']) =>
      consoles.flatMap((log) => (log.test === name && log.type === type ? [log.text] : [])).join('')
    expect(of('order', 'stdout')).toBe('before\nfirst\nbetween\nnative second\nchild second\nafter\n')
    expect(of('levels', 'stderr')).toBe('complaint\nWARNING record\nERROR record\n')
    expect(of('levels', 'stdout')).toBe('DEBUG record\nINFO record\n')
    expect(of('late', 'stdout')).toBe('half and half\n')
    expect(of('mocked', 'stdout')).toBe('seen all the same\n')
    expect(of('flood', 'stderr')).toContain('Python printed 99.0 MB more in this test')
    expect(result.output).toMatch(/Tests +5 passed \(5\)/)
    expect(result.left).toEqual(NOTHING)
  })
})

describe.concurrent.each(covering)('seeds, Vitest %s', (version) => {
  async function draw(python: Record<string, unknown>, ...args: string[]) {
    // By --retry: Vitest 3.2 ignores the test's own option in extended tests.
    const options = ['seeds.test.ts', '--retry=1', ...args]
    const result = await runVitest({ version, fixture: 'output', args: options, python })
    expect(result.output).toMatch(/Tests +2 passed \(2\)/)
    return printedBy<number>(result, 'drawn')
  }

  test.each([
    'test',
    'file',
  ])('derive from sequence.seed and the test, with isolation %s', async (isolation) => {
    const first = await draw({ isolation }, '--sequence.seed=1')
    expect(first).toHaveLength(3)
    expect(first[0]).toBe(first[1])
    expect(first[2]).not.toBe(first[1])
    expect(await draw({ isolation }, '--sequence.seed=1')).toEqual(first)
    expect(await draw({ isolation }, '--sequence.seed=2')).not.toEqual(first)
    expect(await draw({ isolation, seed: 1 }, '--sequence.seed=2')).toEqual(first)
  })

  test('are off if the option says so', async () => {
    const [first, again] = await draw({ seed: false })
    expect(first).not.toBe(again)
  })

  test.each([
    'test',
    'file',
  ])('are printed for a test that fails and drew numbers, with isolation %s', async (isolation) => {
    const args = ['drawing.test.ts', '--sequence.seed=77']
    const { output } = await runVitest({ version, fixture: 'output', args, python: { isolation } })
    expect(output).toMatch(/Tests +3 failed \| 1 passed/)
    const hinted = [
      ...output.matchAll(/stdout \| drawing\.test\.ts > (.*)\n.*to repeat them: --sequence.seed=77/g),
    ]
    expect(hinted.map(([, name]) => name)).toEqual(['draws and fails'])
  })
})
