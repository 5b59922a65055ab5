import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import type { Report } from '../../src/report/model/schema.ts'
import { withVitest } from '../support/runVitest.ts'
import { covering, type VitestVersion } from '../support/versions.ts'

const schema = JSON.parse(readFileSync(new URL('../../report.schema.json', import.meta.url), 'utf8'))
const validate = new Ajv({ allErrors: true }).compile(schema)

const FILES = { json: 'out/report.json', html: 'out/report.html', trace: 'out/trace.json' }

type Options = Omit<Parameters<typeof withVitest>[0], 'version'>

/** Runs a fixture and reads the files that it writes. */
function report(version: VitestVersion, options: Options) {
  return withVitest({ version, ...options }, async (run) => {
    const result = await run.ended
    const read = (path: string) => readFileSync(join(run.directory, path), 'utf8')
    const json = JSON.parse(read(FILES.json)) as Report
    return { ...result, json, html: read(FILES.html), trace: JSON.parse(read(FILES.trace)) }
  })
}

test('a test with thousands of calls that fail is reported whole', async () => {
  const many = `
    import { test } from 'vitest-environment-python/fixtures'
    test('many', async ({ python }) => {
      for (let n = 0; n < 1_500; n++) await python.call('many.fail').catch(() => {})
    }, 120_000)`
  const { exitCode, json } = await report('4.1.12', {
    fixture: 'passes',
    files: { 'many.test.ts': many, 'python/many.py': 'def fail():\n    raise ValueError("x" * 4_000)\n' },
    args: ['many'],
    python: { modules: ['./python/many.py'], report: { ...FILES, calls: true } },
  })
  expect(json.calls).toHaveLength(1_500)
  expect(json.functions).toMatchObject([{ name: 'many.fail', calls: 1_500, failures: 1_500 }])
  expect(exitCode).toBe(0)
})

describe.concurrent.each(covering)('Vitest %s', (version) => {
  test('a clean run is one line and three files', async () => {
    const { exitCode, output, json, html, trace } = await report(version, {
      fixture: 'passes',
      python: { report: { ...FILES, calls: true } },
    })
    expect(output).toMatch(
      /\n {5}Python {2}\d+ workers?, 4 leases, 4 calls \(p50 [\d.]+ ms, p95 [\d.]+ ms, max [\d.]+ m?s\), clean\n/,
    )
    expect(output).not.toContain('Slowest')
    expect(exitCode).toBe(0)
    validate(json)
    expect(validate.errors).toBeNull()
    expect(json).toMatchObject({ verdict: 'clean', failed: false, runner: { name: 'vitest', version } })
    expect(json.pools).toMatchObject([{ names: ['default'], verdict: 'clean', findings: { cleanSweeps: 2 } }])
    expect(
      json.leases
        .filter(({ taken }) => taken !== null)
        .map(({ test: name }) => name)
        .sort(),
    ).toEqual(['calls', 'stops its child', 'streams', 'waits for its child'])
    expect(json.functions.map(({ name }) => name).sort()).toEqual([
      'tools.add',
      'tools.count',
      'tools.run_child',
      'tools.stop_child',
    ])
    expect(json.calls).toHaveLength(4)
    expect(json.workers.filter(({ kind }) => kind === 'forkserver')).toHaveLength(1)
    for (const worker of json.workers) expect(worker).toMatchObject({ exit: { crashed: false } })
    expect(html).toContain('stops its child')
    expect(trace.traceEvents.map(({ name }: { name: string }) => name)).toContain('tools.add')
  })

  test('orphans are in the report with the test that left them, and bring the whole summary', async () => {
    const { exitCode, output, json } = await report(version, {
      fixture: 'leaks',
      args: ['daemons.test.ts'],
      python: { report: FILES, orphans: { blame: 'run' } },
    })
    expect(exitCode).toBe(1)
    expect(output).toMatch(/Python {2}.*, orphans\n/)
    expect(output).toMatch(/ Verdict {2}orphans {2}default, run [0-9a-z]{7}, 2 clean sweeps/)
    expect(json).toMatchObject({ verdict: 'orphans', failed: true })
    // On a busy machine, a worker may end so late that an orphan without marks may be one of two tests'.
    const testsOf = (orphan: { leases: string[] }) =>
      orphan.leases.map((id) => json.leases.find((lease) => lease.id === id)?.test)
    expect(json.orphans).toHaveLength(3)
    for (const name of ['leaves a daemon', 'leaves a daemon without environment', 'leaves a fork'])
      expect(json.orphans.filter((orphan) => testsOf(orphan).includes(name))).not.toEqual([])
    expect(json.calls).toEqual([])
  })

  test('a crash is in the report with its cause', async () => {
    const { output, json } = await report(version, {
      fixture: 'errors',
      args: ['crashes.test.ts'],
      python: { report: FILES },
    })
    expect(json.workers.filter(({ exit }) => exit?.crashed).length).toBeGreaterThan(0)
    expect(output).toMatch(/ Restarts {2}w\d+ (crashed with|exited by itself)/)
    expect(json.calls.some(({ error }) => error !== null)).toBe(true)
  })
})
