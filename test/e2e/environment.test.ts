import { describe, expect, test } from 'vitest'
import { checkTypes } from '../support/checkTypes.ts'
import { printedBy } from '../support/printed.ts'
import { type FixtureOptions, NOTHING, runVitest } from '../support/runVitest.ts'
import { poolsWith, versions } from '../support/versions.ts'

describe.concurrent.each(versions)('Vitest %s', (version) => {
  const run = (options: Partial<FixtureOptions>) => runVitest({ version, fixture: 'environment', ...options })

  test.each(
    poolsWith(version),
  )('gives a file one process from its first line to its last hook, in %s', async (pool) => {
    const result = await run({ pool, args: ['uses', 'lazy', 'untouched'] })
    expect(result.output).toMatch(/Tests +5 passed \(5\)/)
    expect(printedBy(result, 'seen')).toEqual([['collected', 'beforeAll', 'one', 'two', 'afterAll']])
    expect(result.output).toContain('No orphaned processes')
    expect(result.exitCode).toBe(0)
    expect(result.left).toEqual(NOTHING)
  })

  test('gives each file its own process if files share a test process', async () => {
    const args = ['--no-isolate', '--no-file-parallelism', 'uses', 'again', 'lazy']
    const result = await run({ args })
    expect(result.output).toMatch(/Tests +5 passed \(5\)/)
    expect(printedBy(result, 'seen')).toEqual([['collected', 'beforeAll', 'one', 'two', 'afterAll']])
    expect(result.exitCode).toBe(0)
    expect(result.left).toEqual(NOTHING)
  })

  test('does not start Python for files that do not use it', async () => {
    const { exitCode, output, left } = await run({ args: ['untouched'] })
    expect(output).toMatch(/Tests +1 passed \(1\)/)
    expect(output).not.toContain('orphaned processes')
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test.each(poolsWith(version))('works on top of jsdom, in %s', async (pool) => {
    const { exitCode, output, left } = await run({ pool, args: ['document'], python: { base: 'jsdom' } })
    expect(output).toMatch(/Tests +1 passed \(1\)/)
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('works on top of happy-dom, or explains how to install it', async () => {
    const { exitCode, output } = await run({ args: ['document'], python: { base: 'happy-dom' } })
    if (version.startsWith('4.')) return expect({ exitCode, output }).toMatchObject({ exitCode: 0 })
    expect(output).toContain('ENVIRONMENT_NOT_INSTALLED')
    expect(output).toContain('happy-dom is not installed. Install it: npm install --save-dev happy-dom')
    expect(exitCode).toBe(1)
  })

  test('refuses another base', async () => {
    const { exitCode, output } = await run({ args: ['untouched'], python: { base: 'deno' } })
    expect(output).toContain('OPTIONS_INVALID')
    expect(output).toContain('base is "deno": write "node", "jsdom" or "happy-dom"')
    expect(exitCode).toBe(1)
  })

  test.each(poolsWith(version))('a test that leaves processes fails, and no other, in %s', async (pool) => {
    const result = await run({ pool, args: ['leaves', 'stops'] })
    expect(result.output).toMatch(/Test Files +1 failed \| 1 passed \(2\)/)
    expect(result.output).toMatch(/FAIL +leaves\.test\.ts/)
    expect(result.output).toContain('This test left 2 processes behind:')
    const pids = printedBy<number>(result, 'left')
    expect(result.output).toContain(`pid ${pids[0]} (sleep 121)`)
    expect(result.output).toContain(`pid ${pids[1]} (sleep 122)`)
    expect(result.exitCode).toBe(1)
    expect(result.left).toEqual(NOTHING)
  })

  test('a process that ends with its worker does not count as left by the file', async () => {
    const { exitCode, output } = await run({ args: ['stops', '--no-isolate'] })
    expect(output).not.toContain('behind')
    expect(exitCode).toBe(0)
  })

  test("with orphans: 'warn', the file gets a warning and passes", async () => {
    const { exitCode, output, left } = await run({ args: ['leaves'], python: { orphans: 'warn' } })
    expect(output).toContain('The Python of this file left 2 processes behind:')
    expect(output).toMatch(/Test Files +1 passed \(1\)/)
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('types the global', async () => {
    expect(await checkTypes(version, 'environment')).toEqual({ exitCode: 0, output: '' })
  })
})
