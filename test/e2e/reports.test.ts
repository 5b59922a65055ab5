import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Report } from '../../src/report/model/schema.ts'
import { makeProject, runCli } from '../support/runCli.ts'
import { type FixtureOptions, withVitest } from '../support/runVitest.ts'
import { covering, JEST, versions } from '../support/versions.ts'
import { watchVitest } from '../support/watchVitest.ts'

const JSON_FILE = 'out/report.json'

/** Runs a fixture's tests, and reads the report. */
function report(options: FixtureOptions) {
  const python = { report: { json: JSON_FILE }, ...options.python }
  return withVitest({ ...options, python }, async (run) => {
    const result = await run.ended
    return { ...result, json: JSON.parse(readFileSync(join(run.directory, JSON_FILE), 'utf8')) as Report }
  })
}

/** Keeps only one of the streams in `output`. */
const only = (stream: 'stdout' | 'stderr') => (command: string[]) => [
  'sh',
  '-c',
  stream === 'stdout' ? 'exec "$@" 2>/dev/null' : 'exec "$@" 2>&1 >/dev/null',
  'sh',
  ...command,
]

const SUMMARY = /^ {5}Python {2}\d+ workers?, \d+ leases?, \d+ calls/m

describe.concurrent.each(versions)('Vitest %s', (version) => {
  const passes = { version, fixture: 'passes' } as const

  test('a reporter that owns standard output has it to itself', async () => {
    const options = { ...passes, args: ['--reporter=json'], python: { report: { summary: true } } }
    const { output } = await withVitest({ ...options, wrap: only('stdout') }, (run) => run.ended)
    expect(output).not.toMatch(/orphaned|\d+ workers?/)
    // Vitest 5 writes the JSON into a file and prints its path.
    if (!version.startsWith('5')) expect(JSON.parse(output)).toMatchObject({ success: true })
    const { output: errors } = await withVitest({ ...options, wrap: only('stderr') }, (run) => run.ended)
    expect(errors).toMatch(SUMMARY)
    expect(errors).toMatch(/ Slowest {2}tools\.\w+/)
  })

  test('--silent prints no summary, and NO_COLOR no colors', async () => {
    const silent = await withVitest({ ...passes, args: ['--silent'] }, (run) => run.ended)
    expect(silent.exitCode).toBe(0)
    expect(silent.output).not.toMatch(SUMMARY)
    const wrap = (command: string[]) => ['sh', '-c', '"$@" 2>&1 | cat -v', 'sh', ...command]
    const lineWith = async (env: Record<string, string>) => {
      const { output } = await withVitest({ ...passes, wrap, env }, (run) => run.ended)
      return output.split('\n').find((line) => /\d+ workers?, \d+ leases?/.test(line))
    }
    expect(await lineWith({ FORCE_COLOR: '1', NO_COLOR: '' })).toContain('^[[')
    expect(await lineWith({ FORCE_COLOR: '1', NO_COLOR: '1' })).not.toContain('^[[')
  })

  test('pools with the same options are one entry with both names', async () => {
    const pools = { same: {}, other: { isolation: 'shared' } }
    const { json } = await report({ ...passes, python: { pools, report: { json: JSON_FILE } } })
    expect(json.pools.map(({ names, verdict }) => [names, verdict])).toEqual([
      [['default', 'same'], 'clean'],
      [['other'], 'unused'],
    ])
    expect(json.verdict).toBe('clean')
  })

  test('a report that cannot be written is a sentence, and the run passes', async () => {
    const python = { report: { json: 'package.json/no/report.json' } }
    const files = { 'package.json': '{ "type": "module" }' }
    const { exitCode, output } = await withVitest({ ...passes, files, python }, (run) => run.ended)
    expect(output).toContain(
      'The report package.json/no/report.json could not be written: A part of the path',
    )
    expect(output).toContain('No orphaned processes')
    expect(exitCode).toBe(0)
  })

  test('in watch mode, the report is written after each rerun', async () => {
    const options = { version, fixture: 'watch', python: { report: { json: JSON_FILE } } }
    await watchVitest(options, async (vitest) => {
      const read = () => JSON.parse(readFileSync(join(vitest.directory, JSON_FILE), 'utf8')) as Report
      await vitest.round(1)
      const first = read()
      expect(first).toMatchObject({ verdict: 'pending', failed: false })
      writeFileSync(join(vitest.directory, 'python/common.py'), 'LIMIT = 2\n')
      await vitest.round(2)
      expect(read().leases.length).toBeGreaterThan(first.leases.length)
      vitest.press('q')
      expect((await vitest.ended).exitCode).toBe(0)
      expect(read()).toMatchObject({ verdict: 'clean', failed: false })
    })
  })
})

describe.concurrent.each(covering)('the shards of Vitest %s', (version) => {
  const passes = { version, fixture: 'passes' } as const

  test('the reports of shards are merged, if all are there and clean', async () => {
    using project = makeProject('shards', version)
    const write = (name: string, json: Report) =>
      writeFileSync(join(project.directory, name), JSON.stringify(json))
    for (const shard of [1, 2]) {
      const { json } = await report({ ...passes, args: [`--shard=${shard}/2`] })
      expect(json.shard).toEqual({ index: shard, count: 2 })
      write(`${shard}.json`, json)
    }
    const merge = (...words: string[]) => runCli(project.directory, ['merge', ...words])
    expect(await merge('1.json', '2.json', '--output', 'all/report.json')).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/4 leases, 4 calls .*, clean\nAll 2 shards are clean\./),
    })
    const all = JSON.parse(readFileSync(join(project.directory, 'all/report.json'), 'utf8')) as Report
    expect(all).toMatchObject({
      verdict: 'clean',
      failed: false,
      shards: [{ file: '1.json' }, { file: '2.json' }],
    })
    for (const index of [1, 2]) {
      const name = join(project.directory, `${index}.json`)
      write(`${index}-exported.json`, { ...JSON.parse(readFileSync(name, 'utf8')), commit: null })
    }
    expect(await merge('1-exported.json', '2-exported.json')).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/^No report has a commit, .*\nAll 2 shards are clean\./m),
    })
    expect(await merge('1.json', '2-exported.json')).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('2-exported.json has no commit, and other reports have one.'),
    })
    expect(await merge('1.json')).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('The report of shard 2/2 is missing.'),
    })
    const leaking = await report({ version, fixture: 'leaks', args: ['daemons.test.ts', '--shard=1/1'] })
    write('leaking.json', leaking.json)
    expect(await merge('leaking.json')).toMatchObject({
      exitCode: 1,
      // A daemon that was seen before its exec is still a fork of the worker.
      output: expect.stringMatching(
        /Shard 1\/1 \(leaking\.json\) left 3 orphaned processes, first (sleep|a fork of worker w\d+) /,
      ),
    })
    write('none.json', { ...all, schema: 2 as 1 })
    expect(await merge('none.json')).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('(REPORT_UNREADABLE)'),
    })
  })
})

describe.concurrent('Jest', () => {
  const jest = { version: JEST, fixture: 'jest' } as const

  test('writes a report and a summary', async () => {
    const { exitCode, output, json } = await report({ ...jest, args: ['tests/calls', '--ci', '--shard=1/1'] })
    expect(exitCode).toBe(0)
    expect(output).toMatch(SUMMARY)
    expect(json).toMatchObject({
      verdict: 'clean',
      runner: { name: 'jest', version: JEST.split('@')[1] },
      shard: { index: 1, count: 1 },
    })
    expect(json.leases.some(({ file, test: name }) => file.includes('calls.test') && name !== '')).toBe(true)
    expect(json.latency.calls).toBeGreaterThan(5)
  })

  test('--silent prints no summary, and an orphan is in the report', async () => {
    const { exitCode, output, json } = await report({ ...jest, args: ['tests/leaks', '--silent'] })
    expect(exitCode).toBe(1)
    expect(output).not.toMatch(SUMMARY)
    expect(json).toMatchObject({ verdict: 'orphans', failed: true })
    expect(json.orphans.length).toBeGreaterThan(0)
  })
})
