import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { printedBy } from '../support/printed.ts'
import { type FixtureOptions, type FixtureResult, NOTHING, runVitest } from '../support/runVitest.ts'
import { poolsWith, versions } from '../support/versions.ts'

const WITHOUT_ISOLATION = ['--no-isolate', '--no-file-parallelism']

describe.concurrent.each(versions)('Vitest %s', (version) => {
  const run = (options: Partial<FixtureOptions>) => runVitest({ version, fixture: 'commands', ...options })

  function expectPassed({ exitCode, output, left }: FixtureResult, tests: number) {
    expect(output).toMatch(new RegExp(`Tests +${tests} passed`))
    expect(output).toContain('No orphaned processes')
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  }

  test.each(
    poolsWith(version),
  )('test.for, describe.for, concurrent tests and every scope, in %s', async (pool) => {
    expectPassed(await run({ pool, args: ['each', 'scopes'] }), 9)
  })

  test('the same if files share a test process', async () => {
    expectPassed(await run({ args: [...WITHOUT_ISOLATION, 'each', 'scopes'] }), 9)
  })

  test("hooks have Python with every `sequence.hooks`, 'parallel' too", async () => {
    const result = await runVitest({ version, fixture: 'hooks' })
    expectPassed(result, 6)
    expect(printedBy(result, 'counted')).toEqual([['stack', 5]])
  })

  test('--retry gives every attempt a pristine process', async () => {
    expectPassed(await run({ args: ['retries', '--retry=2'] }), 1)
  })

  test('--bail ends the run and leaves nothing', async () => {
    const { exitCode, output, left } = await run({ args: ['fails', '--bail=1'] })
    expect(output).toMatch(/Tests +1 failed/)
    expect(output).not.toMatch(/\d passed/)
    expect(output).toContain('No orphaned processes')
    expect(exitCode).toBe(1)
    expect(left).toEqual(NOTHING)
  })

  test('--shard runs each part as a run of its own', async () => {
    const parts = [
      run({ args: ['each', 'scopes', '--shard=1/2'] }),
      run({ args: ['each', 'scopes', '--shard=2/2'] }),
    ]
    const sharded = (await Promise.all(parts)).map((part) => {
      const tests = Number(/Tests +(\d+) passed/.exec(part.output)?.[1])
      expectPassed(part, tests)
      return { tests, files: part.output.match(/\b(each|scopes)(?=\.test\.ts)/g) ?? [] }
    })
    // Each file is in exactly one part.
    expect(sharded.flatMap(({ files }) => [...new Set(files)]).sort()).toEqual(['each', 'scopes'])
    expect(sharded.reduce((sum, { tests }) => sum + tests, 0)).toBe(9)
  })

  test('list does not start Python; control: a run does', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'vp-'))
    const marked = (name: string) => ({ env: { STARTED: join(directory, name) }, args: ['each', 'scopes'] })
    const [{ exitCode, output, left }] = await Promise.all([
      run({ command: ['list'], ...marked('list') }),
      run(marked('run')),
    ])
    const started = readdirSync(directory)
    rmSync(directory, { recursive: true })
    expect(output).toMatch(/each\.test\.ts > (.*> )?test\.for/)
    expect(output).not.toContain('orphaned processes')
    expect(started).toEqual(['run'])
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('--merge-reports does not start Python', async () => {
    const { exitCode, output, left } = await run({
      args: ['each', 'scopes'],
      wrap: (vitest) => {
        const blob = '"$@" --reporter=blob --outputFile=blobs/1.json'
        return ['/bin/sh', '-c', `${blob} && echo MERGED && "$@" --merge-reports=blobs`, 'sh', ...vitest]
      },
    })
    const [first = '', merged = ''] = output.split('MERGED')
    expect(first).toContain('No orphaned processes')
    expect(merged).toMatch(/Tests +9 passed/)
    expect(merged).not.toContain('orphaned processes')
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('bench has a process: by pythonForFile and, from Vitest 5 on, by the fixture', async () => {
    const file = version.startsWith('5.') ? 'fixture' : 'calls'
    const { exitCode, output, left } = await run({ command: ['bench', '--run'], args: [file] })
    expect(output).toContain('a call')
    expect(output).toContain('No orphaned processes')
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('--typecheck knows the fixtures and does not start Python', async () => {
    const { exitCode, output, left } = await run({ args: ['--typecheck.only'] })
    expect(output).toMatch(/Tests +1 passed/)
    expect(output).not.toContain('orphaned processes')
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('if a test waits too long for a lease, the error lists the holders', async () => {
    const python = { maxWorkers: 1, leaseTimeout: 3_000, start: 'eager' }
    const { exitCode, output, left } = await run({ args: ['waits'], python })
    expect(output).toContain('No Python process became free within 3000 ms (leaseTimeout)')
    expect(output).toMatch(/w1: waits\.test\.ts, for \d+\.\d s/)
    expect(exitCode).toBe(1)
    expect(left).toEqual(NOTHING)
  })
})
