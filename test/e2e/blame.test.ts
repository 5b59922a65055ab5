import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { execa } from 'execa'
import { describe, expect, inject, test } from 'vitest'
import { cleanEnvironment } from '../support/environment.ts'
import type { Installation } from '../support/installation.ts'
import { type FixtureOptions, type FixtureResult, NOTHING, withVitest } from '../support/runVitest.ts'
import { covering, type VitestVersion, versions } from '../support/versions.ts'

/** The outcome of a run, as its reports tell it. */
interface Reported extends FixtureResult {
  /** The state of each test, by its name. */
  tests: Record<string, string>
  /** Names of the files that fail without a failing test. */
  files: string[]
  /** Names of failing tests in the JUnit report. */
  junit: string[]
  /** Whether the JSON report tells a success. */
  success: boolean
  /** Failures that the terminal shows with an error of a leak: "leaks.test.ts:13 leaks a child". */
  terminal: string[]
  /** Annotations: "leaks.test.ts:13 leaks a child". */
  annotations: string[]
  /** `task.meta.python` of each test, by its name. */
  meta: Record<string, object | undefined>
  /** What the tests are annotated with: message, and the text of the attachment. */
  notes: Note[]
  /** Properties of the tests in the JUnit report. */
  properties: string[]
  /** What was added to `GITHUB_STEP_SUMMARY`; empty if it was not set. */
  stepSummary: string
  /** What the fixture's configuration has heard on the channels. */
  events: Record<string, unknown>[]
}

interface Note {
  test: string
  message: string
  body: string
}

const REPORTERS = ['default', 'json', 'junit', 'github-actions', './annotated.js'].map(
  (name) => `--reporter=${name}`,
)
const OUTPUTS = ['--outputFile.json=out.json', '--outputFile.junit=out.xml']

const BLOB = ['--reporter=default', '--reporter=blob', '--outputFile.blob=blobs/blob.json']

interface JsonReport {
  success: boolean
  testResults: {
    name: string
    status: string
    assertionResults: { title: string; status: string; meta?: { python?: object } }[]
  }[]
}

async function run(options: Omit<FixtureOptions, 'fixture'>): Promise<Reported> {
  const args = [...REPORTERS, ...OUTPUTS, ...(options.args ?? [])]
  return withVitest({ fixture: 'blame', ...options, args }, async (vitest) => {
    const result = await vitest.ended
    const read = (file: string) => readFileSync(join(vitest.directory, file), 'utf8')
    const { success, testResults } = JSON.parse(read('out.json')) as JsonReport
    const all = testResults.flatMap(({ assertionResults }) => assertionResults)
    const failed = (of: JsonReport['testResults'][number]) =>
      of.assertionResults.some(({ status }) => status === 'failed')
    const cases = read('out.xml').matchAll(/<testcase [^>]*name="([^"]+)"[^>]*>\s*<(?:failure|error)/g)
    const errors = result.output.matchAll(/^::error file=[^,]*\/([^/,]+),title=([^,]*),line=(\d+)/gm)
    const properties = read('out.xml').matchAll(/<property name="Python" value="([^"]*)"/g)
    const processes = await vitest.pythonProcesses()
    return {
      ...result,
      success,
      left: { processes, runDirectories: vitest.runDirectories() },
      stepSummary: options.env?.['GITHUB_STEP_SUMMARY'] ? read('summary.md') : '',
      events: parseLines(read('events.jsonl')),
      notes: parseLines(read('annotated.jsonl')) as unknown as Note[],
      properties: [...properties].map(([, value = '']) => value),
      tests: Object.fromEntries(all.map(({ title, status }) => [title, status])),
      meta: Object.fromEntries(all.map(({ title, meta }) => [title, meta?.python])),
      files: testResults.flatMap((file) =>
        file.status === 'failed' && !failed(file) ? (file.name.split('/').at(-1) ?? '') : [],
      ),
      terminal: terminalOf(result.output),
      junit: [...cases].map(([, name = '']) => name.split(' &gt; ').at(-1) ?? ''),
      annotations: [...errors].map(
        ([, file, title, line]) => `${file}:${line} ${title?.split(' > ').at(-1)}`,
      ),
    }
  })
}

/** The heads above each error of a leak, without its tries, and the place that the error names. Equal errors are printed once. */
function terminalOf(output: string): string[] {
  const [, ...parts] = stripVTControlCharacters(output).split(/^ FAIL +/m)
  let heads: string[] = []
  return parts.flatMap((part) => {
    const [head = '', ...error] = part.split('\n')
    heads.push(
      head
        .replace(/ \[ .* \]$| \(.*(run|retry)\)$/, '')
        .split(' > ')
        .at(-1) ?? '',
    )
    const text = error.join('\n')
    if (text.trim() === '') return []
    const shown = heads
    heads = []
    const [, place] = /behind:\n[\s\S]*? ❯ (?:\w+ )?(\S+:\d+):\d+$/m.exec(text) ?? []
    return place ? shown.map((name) => `${place} ${name}`) : []
  })
}

function parseLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

const LEAKING = [
  'leaks a child',
  'leaks a daemon',
  'leaks a daemon that shows no environment at first',
  'leaks a fork',
  'leaks at its second try in the environment',
  'leaks in a file',
  'leaks in a shared worker',
  'leaks in the environment',
  'leaks once and passes when it is retried',
  'leaks through another lease',
]

/** The tests that fail, sorted. */
function failing({ tests }: Pick<Reported, 'tests'>): string[] {
  return Object.keys(tests)
    .filter((title) => tests[title] === 'failed')
    .sort()
}

describe.concurrent.each(versions)('Vitest %s', (version) => {
  test('the tests that leak fail, at their own lines, in every report', async () => {
    const args = ['leaks', 'file.test', 'environment', 'hook', 'overlapping', 'shared']
    const reported = await run({ version, args })
    expect(failing(reported)).toEqual(LEAKING)
    // No other test fails: what only a file can be blamed for fails the file.
    expect(reported.files.sort()).toEqual(['hook.test.ts', 'overlapping.test.ts'])
    expect([...new Set(reported.junit)].sort()).toEqual(
      expect.arrayContaining(LEAKING.map((title) => title.replaceAll('&', '&amp;'))),
    )
    const places = [
      'environment.test.ts:15 leaks at its second try in the environment',
      'environment.test.ts:9 leaks in the environment',
      'file.test.ts:19 leaks in a file',
      'hook.test.ts:1 hook.test.ts',
      'leaks.test.ts:13 leaks a child',
      'leaks.test.ts:22 leaks a daemon',
      'leaks.test.ts:26 leaks a fork',
      'leaks.test.ts:31 leaks once and passes when it is retried',
      'leaks.test.ts:36 leaks through another lease',
      'leaks.test.ts:43 leaks a daemon that shows no environment at first',
      'overlapping.test.ts:1 overlapping.test.ts',
      'shared.test.ts:10 leaks in a shared worker',
    ]
    // GitHub gets the error of the first try, too.
    const firstTry = 'environment.test.ts:14 leaks at its second try in the environment'
    expect([...new Set(reported.annotations)].sort()).toEqual([firstTry, ...places])
    expect([...new Set(reported.terminal)].sort()).toEqual(places)
    expect(reported.exitCode).toBe(1)
    expect(reported.left).toEqual(NOTHING)
  })

  test('without isolation of files, each file of a process tells its tests apart', async () => {
    const file = (name: string) => `
      import { test } from 'vitest-environment-python/fixtures'
      test('is fine in ${name}', async ({ python }) => { await python.call('leaky.fine') })
      test('leaks in ${name}', async ({ python }) => { await python.call('leaky.child') })`
    const reported = await run({
      version,
      python: { isolation: 'file' },
      files: { 'one.test.ts': file('one'), 'two.test.ts': file('two') },
      args: ['one.test', 'two.test', '--no-isolate', '--no-file-parallelism'],
    })
    expect(failing(reported)).toEqual(['leaks in one', 'leaks in two'])
    expect(reported.files).toEqual([])
    expect(reported.exitCode).toBe(1)
  })

  test.each([
    'fork',
    'spawn',
  ])('a process that no test can be named for is an error of the run: %s', async (startMethod) => {
    const python = { modules: ['./python/lingering.py'], startMethod }
    const reported = await run({ version, python, args: ['lingering'], env: { GITHUB_ACTIONS: 'true' } })
    expect(reported).toMatchObject({ exitCode: 1, success: false, files: ['vitest.config.ts'] })
    expect(failing(reported)).toEqual([])
    expect(reported.junit).toEqual([expect.stringMatching(/^(vitest-environment-python|LeftoverError)/)])
    expect(reported.output).toMatch(/^::error title=LeftoverError \[ORPHANS_FOUND\]::Processes of this run /m)
    expect(reported.output).toContain('(sleep 304), it is not certain which test started it')
    const env = { GITHUB_ACTIONS: 'true', LINGERS: 'no' }
    const clean = await run({ version, python, args: ['lingering'], env })
    expect(clean).toMatchObject({ exitCode: 0, success: true, files: [], junit: [] })
    expect(clean.output).not.toContain('::error')
  })

  test('a test tells its worker and how Python ended, and GitHub gets the line of Python', async () => {
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: 'summary.md' }
    const args = ['ends', 'file.test', 'crashes', '-t', 'raises|fine|crashes|hangs|is slow']
    const { meta, output, notes, properties, stepSummary } = await run({ version, env, args })
    expect(meta['raises']).toMatchObject({ worker: expect.stringMatching(/^w\d+$/), calls: 1 })
    expect(meta['is fine in a file']).toMatchObject({ calls: 1, wait: 0 })
    expect(output).toMatch(/^::error file=[^,]*leaky\.py,line=\d+,col=\d+,title=raises::no such word/m)
    expect(stepSummary.match(/^### .*Python.*$/gm)).toEqual(['### ✅ Python: clean'])
    expect(stepSummary).toMatch(/^\| w\d+ \| crashed with SIGABRT \| crashes \| ends\.test\.ts \|$/m)
    const crash = expect.stringMatching(/ was killed by SIGABRT during .*crashes/)
    const body = expect.stringMatching(/Its last output:\n +about to crash/)
    const traceback = expect.stringMatching(/^Traceback[\s\S]*leaky\.py", line \d+, in hang\n/)
    // No other test has annotations: those that pass, and the one that raises.
    const expected = [
      { test: 'crashes', message: crash, body },
      { test: 'crashes in the environment', message: crash, body },
      {
        test: 'hangs',
        message: expect.stringContaining('while Python was at work in hang ('),
        body: traceback,
      },
      {
        test: 'is slow',
        message: expect.stringContaining('leaky.hang did not answer within 200 ms'),
        body: traceback,
      },
    ]
    expect(notes.sort((one, other) => one.test.localeCompare(other.test))).toEqual(expected)
    expect(properties).toHaveLength(expected.length)
    const notices = output.matchAll(
      /^::notice file=[^,]*\/([^/,]+),line=(\d+),column=\d+,title=Python::(.*)$/gm,
    )
    expect([...notices].map(([, file, line]) => `${file}:${line}`).sort()).toEqual([
      'crashes.test.ts:5',
      'ends.test.ts:12',
      'ends.test.ts:16',
      'ends.test.ts:8',
    ])
  })

  test('events tell of leases, workers, calls and the verdict', async () => {
    const args = ['leaks', 'subscriber', '-t', 'is fine|leaks a child|hears']
    const { events, tests } = await run({ version, args })
    expect(tests['hears its calls until it unsubscribes']).toBe('passed')
    const kinds = new Set(events.map(({ topic, event }) => `${String(topic)} ${String(event)}`))
    expect([...kinds].sort()).toEqual([
      'lease closed',
      'lease granted',
      'lease requested',
      'lease taken',
      'verdict verdict',
      'worker ended',
      'worker ready',
      'worker started',
    ])
    expect(events.find(({ event, test }) => event === 'closed' && test === 'leaks a child')).toMatchObject({
      file: 'leaks.test.ts',
      usage: {
        functions: [
          { name: 'leaky.fine', count: 1, failed: 0 },
          { name: 'leaky.child', count: 1, failed: 0 },
        ],
      },
    })
    expect(events.at(-1)).toMatchObject({
      verdict: 'orphans',
      failed: true,
      orphans: [{ command: 'sleep 301', killed: true, tests: [{ test: 'leaks a child' }] }],
    })
  })

  test("with blame: 'run', no test fails, but the run does; so does the merge of its blob", async () => {
    const python = { orphans: { blame: 'run' } }
    const options = { version, python, fixture: 'blame', args: [...BLOB, 'leaks', '-t', 'leaks a child'] }
    await withVitest(options, async (vitest) => {
      const { exitCode, output } = await vitest.ended
      expect(output).toMatch(/Tests +1 passed/)
      expect(exitCode).toBe(1)
      const merged = await merge(version, vitest.directory)
      expect(merged.all).toMatch(/Tests +1 passed/)
      expect(merged.all).toContain('Found 1 orphaned process of run')
      expect(merged.exitCode).toBe(1)
    })
  })
})

describe.concurrent.each(covering)('the blobs of Vitest %s', (version) => {
  test('a run that is killed between its blob and its verdict does not merge', async () => {
    const args = [...BLOB, '--reporter=./killer.js', 'leaks', '-t', 'is fine']
    await withVitest({ version, fixture: 'blame', args }, async (vitest) => {
      expect((await vitest.ended).signal).toBe('SIGKILL')
      const merged = await merge(version, vitest.directory)
      expect(merged.all).toMatch(/Tests +2 passed/)
      expect(merged.all).toContain('The verdict on the Python processes of this run is missing')
      expect(merged.exitCode).toBe(1)
    })
  })

  test.each([
    ['with Python', 'leaks', 'is fine'],
    ['without Python', 'plain', ''],
  ])('control: the merge of a clean run passes: %s', async (_, file, name) => {
    const options = { version, fixture: 'blame', args: [...BLOB, file, '-t', name] }
    await withVitest(options, async (vitest) => {
      expect(await vitest.ended).toMatchObject({ exitCode: 0 })
      expect(await merge(version, vitest.directory)).toMatchObject({ exitCode: 0 })
    })
  })
})

/** Merges the blobs of a run. */
function merge(version: VitestVersion, cwd: string) {
  const { node } = inject('installations')[version] as Installation
  const args = ['../node_modules/vitest/vitest.mjs', '--merge-reports=blobs', '--reporter=default']
  return execa(node, args, {
    cwd,
    all: true,
    reject: false,
    stdin: 'ignore',
    extendEnv: false,
    env: cleanEnvironment(node),
  })
}
