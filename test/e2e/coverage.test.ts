import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { developmentPython } from '../../scripts/development-python.mjs'
import { type FixtureOptions, NOTHING, withVitest } from '../support/runVitest.ts'
import { covering, JEST, nightly, type VitestVersion } from '../support/versions.ts'

// It has coverage.py.
const VITEST_PYTHON = await developmentPython()

/** The code that both runners measure. */
const PYTHON = Object.fromEntries(
  ['python/never.py', 'python/prices.py'].map((name) => [
    name,
    readFileSync(new URL(`fixtures/measured/${name}`, import.meta.url), 'utf8'),
  ]),
)

interface Wish {
  version: FixtureOptions['version']
  coverage?: object
  python?: Record<string, unknown>
  args?: string[]
}

/** Runs the tests with coverage. Returns the output, Python's lines of the table, and a reader of the reports. */
function measure({ version, coverage = {}, python = {}, args = ['--coverage'] }: Wish) {
  const fixture = version === JEST ? 'measured-jest' : 'measured'
  const env = { VITEST_PYTHON, COVERAGE: JSON.stringify(coverage) }
  const files = version === JEST ? PYTHON : {}
  return withVitest({ version, fixture, files, python, args, env }, async (run) => {
    const { exitCode, output } = await run.ended
    const left = { processes: await run.pythonProcesses(), runDirectories: run.runDirectories() }
    expect({ output, left }).toEqual({ output, left: NOTHING })
    const files = readdirSync(run.directory)
    expect(files.filter((name) => /coverage/.test(name))).toEqual([])
    const reports = files.includes('reports') ? readReports(join(run.directory, 'reports')) : undefined
    return { exitCode, output, table: tableOf(output), reports }
  })
}

/** Name, then percentages of statements, branches, functions and lines, of each Python file. */
function tableOf(output: string): string[][] {
  const rows = output.split('\n').filter((line) => /\.py +\|/.test(line))
  return rows.map((line) =>
    line
      .split('|')
      .slice(0, 5)
      .map((cell) => cell.trim()),
  )
}

function readReports(directory: string) {
  const lcov = readFileSync(join(directory, 'lcov.info'), 'utf8')
  const record = lcov.split('end_of_record').find((one) => one.includes('SF:python/prices.py'))
  const json = readFileSync(join(directory, 'coverage-final.json'), 'utf8')
  const files = Object.entries(JSON.parse(json) as Record<string, { path: string; b: object }>)
  const [, python] = files.find(([name]) => name.endsWith('/python/prices.py')) ?? []
  const cobertura = readFileSync(join(directory, 'cobertura-coverage.xml'), 'utf8')
  const xml = cobertura.split('</class>').find((one) => one.includes('filename="python/prices.py"'))
  const page = join(directory, 'python/prices.py.html')
  const html = existsSync(page) ? readFileSync(page, 'utf8') : undefined
  return { lcov: record, branches: python?.b, xml, html }
}

const TABLE = [
  ['never.py', '0', '100', '0', '0'],
  ['prices.py', '78.94', '62.5', '75', '78.94'],
]

/** Everything that one run shows. */
async function findsPython(version: FixtureOptions['version'], coverage: object): Promise<void> {
  const { exitCode, output, table, reports } = await measure({ version, coverage })
  expect(output).toMatch(/Tests: +2 passed|Tests +2 passed/)
  expect(table).toEqual(TABLE)
  expect(output).toMatch(/double\.[tj]s +\| +100/)
  expect(reports?.lcov).toMatch(/^FN:21,total$/m)
  expect(reports?.lcov).toMatch(/^FNDA:0,with_tax$/m)
  expect(reports?.lcov).toMatch(/^DA:14,0$/m)
  expect(reports?.lcov).toMatch(/^DA:15,1$/m)
  expect(reports?.xml).toMatch(/<line number="14" hits="0"/)
  expect(reports?.xml).toMatch(/<line number="13" hits="1" branch="true" condition-coverage="50% \(1\/2\)"/)
  expect(reports?.html).toMatch(/title="statement not covered" *>.*raise ValueError/)
  expect(reports?.branches).toEqual({ 0: [1, 1], 1: [0, 1], 2: [1, 1], 3: [0, 0] })
  // Vitest 3 counts the lines of TypeScript in another way.
  expect(output).toMatch(/for lines \([\d.]+%\).* \(90%\)|for lines \(90%\) not met: 72\.72%/)
  expect(exitCode).toBe(1)
}

const vitest = (provider: 'v8' | 'istanbul') => ({ provider, thresholds: { lines: 90 } })
const jest = (coverageProvider: 'v8' | 'babel') => ({
  coverageProvider,
  coverageThreshold: { global: { lines: 90 } },
})

/** Cases that are too many for every change. */
const nightlyOnly = <T>(cases: readonly T[]): readonly T[] => (nightly ? cases : [])

describe.concurrent("Python is part of the runner's coverage", () => {
  test('of Vitest, and of its thresholds', () => findsPython('4.1.12', vitest('v8')))

  test('of Jest, and of its thresholds', () => findsPython(JEST, jest('babel')))

  test('not if it is off', async () => {
    const version = covering.at(-1) as VitestVersion
    const off = await measure({ version, python: { coverage: true }, args: [] })
    expect({ ...off, output: '' }).toEqual({ exitCode: 0, output: '', table: [], reports: undefined })
    const { table } = await measure({ version, python: { coverage: false } })
    expect(table).toEqual([])
  })

  test.each(nightlyOnly(['v8'] as const))('of Jest with %s', (provider) => findsPython(JEST, jest(provider)))

  const providers = ['v8', 'istanbul'] as const
  test.each(
    nightlyOnly(covering.flatMap((version) => providers.map((provider) => ({ version, provider })))),
  )('of Vitest $version with $provider', ({ version, provider }) => findsPython(version, vitest(provider)))

  const options = [
    { isolation: 'file' },
    { isolation: 'shared', maxWorkers: 1 },
    { startMethod: 'spawn' },
    { coverage: { include: ['python/*.py'] } },
    { pools: { other: {} }, coverage: true },
  ]
  test.each(nightlyOnly(options))('with the options %j', async (python) => {
    expect((await measure({ version: '5.1.1', python })).table).toEqual(TABLE)
  })
})
