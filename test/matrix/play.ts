import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Suite } from '../../scripts/matrix/suites.mjs'
import { type FixtureOptions, type FixtureResult, pathOfFixture, withVitest } from '../support/runVitest.ts'
import { isJest } from '../support/versions.ts'

/** The shared fixtures whose tests the suites run, together in one project. The last one configures it. */
const FIXTURES = ['state', 'errors', 'leaks', 'bridge-jest', 'bridge']
const MODULES = ['agent', 'tools', 'state', 'ages', 'crash', 'daemons'].map((name) => `./python/${name}.py`)
/** Milliseconds for one run, which may install packages of Python and may share its machine. */
const DEADLINE_MS = 300_000

const RESULTS = 'results.json'
const REPORT = 'report.json'

/** What came of a suite. */
export interface Outcome {
  exitCode: number | undefined
  verdict: string
  orphans: number
  passed: number
  /** Messages of the failed tests, by title. */
  failed: Record<string, string>
  /** For each word of the fixture `state`, the words that its process had seen. */
  seen: Record<string, string[]>
  left: FixtureResult['left']
  output: string
}

interface TestResult {
  title: string
  status: string
  failureMessages: string[]
}

interface Report {
  verdict: string
  orphans: unknown[]
}

/** Where a suite is played: in an installation of the tests, or in a directory with its own. */
export type Stage = Pick<FixtureOptions, 'version' | 'directory' | 'node' | 'env'>

/** Every file of the fixtures, and a manifest. */
export function filesOf(type: string): Record<string, string> {
  const files = FIXTURES.flatMap((fixture) => {
    const directory = pathOfFixture(fixture)
    const found = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    return found
      .filter((name) => /\.(c?js|ts|py)$/.test(name))
      .map((name) => [name, readFileSync(join(directory, name), 'utf8')] as const)
  })
  const reporter = readFileSync(join(pathOfFixture('jest'), 'resultsReporter.js'), 'utf8')
  const manifest = JSON.stringify({ private: true, type })
  return { ...Object.fromEntries(files), 'resultsReporter.js': reporter, 'package.json': manifest }
}

/** Runs the tests of a suite with the real runner. */
export async function play(suite: Suite, stage: Stage): Promise<Outcome> {
  const files = filesOf(isJest(stage.version) ? 'commonjs' : suite.type)
  if (stage.directory) prepare(stage.directory, files['package.json'] as string)
  const python = { modules: MODULES, isolation: suite.isolation, report: { json: 'report.json' } }
  const args = [...suite.files, ...argumentsOf(stage)]
  const env = { BRIDGE_BASE: 'node', ...stage.env }
  const options = { fixture: 'bridge', files, args, python, deadline: DEADLINE_MS }
  return withVitest({ ...stage, ...options, env }, async (run) => {
    const { exitCode, output } = await run.ended
    const left = { processes: await run.pythonProcesses(), runDirectories: run.runDirectories() }
    const tests = testsIn(join(run.directory, RESULTS))
    const report = read<Report>(join(run.directory, REPORT))
    return { exitCode, output, left, ...outcomeOf(tests), ...verdictOf(report), seen: seenIn(output) }
  })
}

/** How an outcome differs from the one that the suite must have, as sentences. */
export function judge(suite: Suite, outcome: Outcome): string[] {
  const { seen, passed, verdict, orphans, exitCode } = suite
  const figures = { seen, passed, verdict, orphans, exitCode, failed: Object.keys(suite.failed).sort() }
  const differences = Object.entries(figures).flatMap(([name, wanted]) => {
    const found = name === 'failed' ? Object.keys(outcome.failed).sort() : outcome[name as keyof Outcome]
    if (isDeepStrictEqual(found, wanted)) return []
    return `${name} is ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`
  })
  const reasons = Object.entries(suite.failed)
    .filter(([title, pattern]) => !pattern.test(outcome.failed[title] ?? ''))
    .map(([title, pattern]) => `the error of "${title}" does not match ${pattern}`)
  const left = outcome.left.processes.map(({ pid, command }) => `process ${pid} is left: ${command}`)
  const directories = outcome.left.runDirectories.map((name) => `run directory ${name} is left`)
  return [...differences, ...reasons, ...left, ...directories]
}

/** An earlier suite in the same directory must not lend its results to this one. */
function prepare(directory: string, manifest: string): void {
  for (const file of [RESULTS, REPORT]) rmSync(join(directory, file), { force: true })
  writeFileSync(join(directory, 'package.json'), manifest)
}

function argumentsOf({ version }: Stage): string[] {
  // Jest's `--json` writes nothing if the global teardown throws, as it does if the verdict fails the run.
  const all = '--testPathIgnorePatterns=none'
  if (isJest(version)) return [all, '--reporters=default', '--reporters=./resultsReporter.js']
  return ['--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`]
}

/** Vitest's report lists tests by file. */
function testsIn(path: string): TestResult[] {
  const found = read<TestResult[] | { testResults: { assertionResults: TestResult[] }[] }>(path) ?? []
  return Array.isArray(found) ? found : found.testResults.flatMap((file) => file.assertionResults)
}

function outcomeOf(tests: TestResult[]): Pick<Outcome, 'passed' | 'failed'> {
  const failed = tests.filter(({ status }) => status !== 'passed')
  return {
    passed: tests.length - failed.length,
    failed: Object.fromEntries(
      failed.map(({ title, failureMessages }) => [title, failureMessages.join('\n')]),
    ),
  }
}

function verdictOf(report: Report | undefined): Pick<Outcome, 'verdict' | 'orphans'> {
  return { verdict: report?.verdict ?? 'no report', orphans: report?.orphans.length ?? 0 }
}

function seenIn(output: string): Outcome['seen'] {
  const lines = output.matchAll(/^ *seen: (.*);$/gm)
  const all = Array.from(lines, ([, json]) => JSON.parse(json as string) as { word: string; seen: string[] })
  return Object.fromEntries(all.map(({ word, seen }) => [word, seen]))
}

function read<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
