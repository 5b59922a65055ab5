import { randomUUID } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import type { Installation } from './installation.ts'
import { type Ending, type RunnerOptions, type StartedRunner, startRunner } from './startRunner.ts'
import { killSurvivors, type Survivor, survivorsOf, type TestedRun } from './survivors.ts'
import { isJest, type JestVersion, type Pool, type VitestVersion } from './versions.ts'

export interface FixtureOptions extends RunnerOptions {
  version: VitestVersion | JestVersion
  /** Name of a directory in test/fixtures, test/e2e/fixtures or examples. */
  fixture: string
  /** A directory with its own installation to run in, instead of a copy of the fixture. It is not removed. */
  directory?: string
  /** The Node executable. Default: that of the installation. */
  node?: string
  /** Files to add, by path. */
  files?: Record<string, string>
  pool?: Pool
  /** Vitest's command, for example `['list']`. Default: `run` */
  command?: string[]
  /** Arguments after the command, for example the test file. */
  args?: string[]
  /** Milliseconds after which it is killed. Default: 60,000. */
  deadline?: number
}

/** The result of a tested run of Vitest, and the processes that it left. */
export interface FixtureResult extends Ending {
  left: { processes: Survivor[]; runDirectories: string[] }
}

/** The expected survivors of a run. */
export const NOTHING: FixtureResult['left'] = { processes: [], runDirectories: [] }

/** A tested run that is running. */
export interface FixtureRun extends Omit<StartedRunner, 'kill'> {
  /** The copy of the fixture project in which it runs. */
  directory: string
  /** Python processes of the run that are alive, after `grace` milliseconds to end. */
  pythonProcesses(grace?: number): Promise<Survivor[]>
  runDirectories(): string[]
}

/** Milliseconds for Vitest's own helper processes to notice that their parent is gone. */
const RUNNER_GRACE = 2_000
const fixtureDirectories = ['../fixtures/', '../e2e/fixtures/', '../../examples/']

/** The directory of a fixture project. */
export function pathOfFixture(name: string): string {
  const paths = fixtureDirectories.map((directory) =>
    fileURLToPath(new URL(`${directory}${name}`, import.meta.url)),
  )
  const found = paths.find((path) => existsSync(path))
  if (!found) throw new Error(`There is no fixture project ${name} in ${fixtureDirectories.join(' or ')}.`)
  return found
}

/** Copies a fixture project, and adds files to it. */
export function layFixture(directory: string, name: string, files: Record<string, string> = {}): void {
  cpSync(pathOfFixture(name), directory, { recursive: true })
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
}

/** Runs a fixture project's tests to their end. */
export function runVitest(options: FixtureOptions): Promise<FixtureResult> {
  return withVitest(options, async (run) => {
    const result = await run.ended
    const python = await run.pythonProcesses()
    return { ...result, left: { processes: python, runDirectories: run.runDirectories() } }
  })
}

/** Starts Vitest in a fixture project, and removes everything that `use` and the run leave. */
export async function withVitest<T>(
  options: FixtureOptions,
  use: (run: FixtureRun) => Promise<T>,
): Promise<T> {
  const { deadline = 60_000 } = options
  const installation = inject('installations')?.[options.version] as Installation
  const directory = options.directory ?? copyOf(options, installation)
  const node = options.node ?? installation.node
  // A short path, because it holds sockets. A new one, so every directory in it belongs to this run.
  const runtime = mkdtempSync(join(tmpdir(), 'vp-'))
  const runIds = new Set<string>()
  const tested: TestedRun = { id: randomUUID(), runIds }
  const noteRunIds = () => {
    const directories = runDirectoriesIn(runtime)
    for (const runId of directories) runIds.add(runId)
    return directories
  }
  const watch = setInterval(noteRunIds, 20)
  try {
    const command: [string, ...string[]] = [node, ...runnerOf(options), ...(options.args ?? [])]
    const { kill: _, ...run } = startRunner({ command, directory, runtime, tested, deadline }, options)
    return await use({
      ...run,
      directory,
      runDirectories: noteRunIds,
      pythonProcesses: (grace) => survivorsOf(tested, 'python', grace),
    })
  } finally {
    clearInterval(watch)
    await survivorsOf(tested, 'runner', RUNNER_GRACE)
    await killSurvivors(tested)
    if (!options.directory) rmSync(directory, { recursive: true, force: true })
    rmSync(runtime, { recursive: true, force: true })
  }
}

function copyOf({ fixture, files }: FixtureOptions, installation: Installation): string {
  const directory = mkdtempSync(join(installation.directory, `${fixture}-`))
  layFixture(directory, fixture, files)
  return directory
}

function runnerOf({ version, directory, pool, command = ['run'] }: FixtureOptions): string[] {
  const installed = directory ? 'node_modules' : '../node_modules'
  if (isJest(version)) return [`${installed}/jest/bin/jest.js`]
  return [`${installed}/vitest/vitest.mjs`, ...command, ...(pool ? ['--pool', pool] : [])]
}

function runDirectoriesIn(runtime: string): string[] {
  try {
    return readdirSync(join(runtime, `vitest-python-${process.getuid?.()}`))
  } catch {
    return []
  }
}
