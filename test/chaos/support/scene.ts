import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { inject } from 'vitest'
import { cleanEnvironment } from '../../support/environment.ts'
import type { Installation } from '../../support/installation.ts'
import { PATIENCE_MS } from '../../support/patience.ts'
import { liveProcesses } from '../../support/processes.ts'
import { CASE_VARIABLE, killSurvivors, survivorsOf, type TestedRun } from '../../support/survivors.ts'
import { type Identity, identify, isAlive, send } from './identity.ts'
import type { Layer } from './layers.ts'
import { type ChaosRun, type RunOptions, startRun } from './run.ts'
import { sabotage } from './sabotage.ts'
import { giveAway } from './unprivileged.ts'

export interface SceneOptions {
  /** Layers to remove from the installed package, for a negative control. */
  without?: Layer[]
  /** Runs Vitest and the command line as a user without privileges. The tests themselves must run as root. */
  unprivileged?: boolean
}

/** A project with its own runtime directory, in which Vitest runs once or several times. */
export interface Scene {
  readonly directory: string
  readonly runtime: string
  readonly installation: Installation
  readonly tested: TestedRun
  readonly unprivileged: boolean
  start(options?: RunOptions): ChaosRun
  /** The run directories. */
  runDirectories(): string[]
  /** Registers a cleanup for the end of the scene. */
  atEnd(clear: () => void): void
  /** Waits until the scene has a process with a matching command. */
  started(command: RegExp): Promise<Identity>
  /** Starts a process outside of the run that holds copies of all descriptors of another process. */
  holdDescriptorsOf(process: Identity): Promise<Identity>
  /** The processes that have not ended after at most `grace` milliseconds. */
  survivors(grace?: number): Promise<string[]>
}

const inheritProgram = fileURLToPath(new URL('inherit.py', import.meta.url))
const VERSION = '4.1.12'
const fixture = fileURLToPath(new URL('../../fixtures/chaos/', import.meta.url))
const PACKAGE = 'node_modules/vitest-environment-python'

let installed: Promise<unknown> | undefined

/** A user without privileges cannot write to the cache, so root installs the packages of the workers. */
function installPackages({ directory, node }: Installation, cwd: string): Promise<unknown> {
  const cli = join(directory, PACKAGE, 'dist/cli.js')
  return execa(node, [cli, 'setup'], { cwd, env: cleanEnvironment(node), extendEnv: false })
}

/** Creates a scene, and removes all of it afterwards. */
export async function withScene<T>(options: SceneOptions, use: (scene: Scene) => Promise<T>): Promise<T> {
  const installation = inject('installations')[VERSION]!
  const directory = mkdtempSync(join(installation.directory, 'chaos-'))
  // A short path, because it holds sockets.
  const runtime = mkdtempSync(join(tmpdir(), 'vpc-'))
  const runIds = new Set<string>()
  const tested: TestedRun = { id: randomUUID(), runIds }
  const runs: ChaosRun[] = []
  const holders: Identity[] = []
  const clearing: (() => void)[] = []
  const runDirectories = () => {
    const found = runDirectoriesIn(runtime)
    for (const path of found) runIds.add(path.slice(-7))
    return found
  }
  const watch = setInterval(runDirectories, 20)
  const tracked = () => runs.flatMap((run) => run.left()).filter(isAlive)
  try {
    cpSync(fixture, directory, { recursive: true })
    if (options.without) {
      // This copy is nearer than the installed package, and still finds its dependencies above.
      cpSync(join(installation.directory, PACKAGE), join(directory, PACKAGE), { recursive: true })
      sabotage(join(directory, PACKAGE), options.without)
    }
    if (options.unprivileged) {
      installed ??= installPackages(installation, directory)
      await installed
      giveAway({ directory, runtime, installation })
    }
    const scene: Scene = {
      directory,
      runtime,
      installation,
      tested,
      unprivileged: options.unprivileged ?? false,
      runDirectories,
      start: (of = {}) => {
        const run = startRun(scene, of)
        runs.push(run)
        return run
      },
      atEnd: (clear) => void clearing.push(clear),
      started: (command) => waitForCommand(tested, command, () => runs.map((run) => run.output()).join('\n')),
      holdDescriptorsOf: async ({ pid }) => {
        const holder = execa('python3', [inheritProgram, `${pid}`], { reject: false, stdin: 'ignore' })
        holders.push(identify(holder.pid!))
        await once(holder.stdout, 'data')
        return holders.at(-1)!
      },
      survivors: (grace = 0) => survivors(tested, tracked, grace),
    }
    return await use(scene)
  } finally {
    clearInterval(watch)
    for (const run of runs) run.abandon()
    for (const clear of clearing) clear()
    for (const process of [...tracked(), ...holders]) send(process, 'SIGKILL')
    await killSurvivors(tested)
    // Once more, for processes that were stopped or forked meanwhile.
    await sleep(20)
    await killSurvivors(tested)
    rmSync(directory, { recursive: true, force: true })
    rmSync(runtime, { recursive: true, force: true })
  }
}

/** Looks for cookies, and for the identities that the fixture reported: a control may have removed the cookies. */
async function survivors(tested: TestedRun, tracked: () => Identity[], grace: number): Promise<string[]> {
  const until = performance.now() + grace
  for (;;) {
    const marked = await survivorsOf(tested, 'python', Math.max(0, until - performance.now()))
    const reported = tracked().filter(({ pid }) => !marked.some((survivor) => survivor.pid === pid))
    const names = [
      ...marked.map(({ pid, command }) => `pid ${pid} (${command.slice(0, 160)})`),
      ...reported.map(({ pid }) => `pid ${pid} (reported by its test)`),
    ]
    if (names.length === 0 || performance.now() > until) return names
    await sleep(20)
  }
}

async function waitForCommand(tested: TestedRun, command: RegExp, output: () => string): Promise<Identity> {
  const mark = `${CASE_VARIABLE}=${tested.id}`
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; ) {
    const found = liveProcesses().find((live) => command.test(live.command) && live.environ.includes(mark))
    if (found) return found
    await sleep(5)
  }
  throw new Error(`no process ${command}; the runs printed: ${output()}`)
}

function runDirectoriesIn(runtime: string): string[] {
  try {
    return readdirSync(runtime)
      .filter((name) => name.startsWith('vitest-python-'))
      .flatMap((name) => readdirSync(join(runtime, name)).map((runId) => join(runtime, name, runId)))
  } catch {
    return []
  }
}

/** The processes in the record of a run, by role. */
export function recordOf(runDirectory: string): Map<string, Identity> {
  return new Map(
    lines(join(runDirectory, 'processes.jsonl')).map(({ id, pid, startTime }) => [
      String(id),
      { pid: Number(pid), startTime: String(startTime) },
    ]),
  )
}

/** The complete JSON lines of a file. */
export function lines(file: string): Record<string, unknown>[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  } catch {
    return []
  }
}
