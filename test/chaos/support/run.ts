import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { execa } from 'execa'
import { cleanEnvironment } from '../../support/environment.ts'
import { CASE_VARIABLE } from '../../support/survivors.ts'
import { type Identity, identify, identitiesIn } from './identity.ts'
import { lines, recordOf, type Scene } from './scene.ts'

/** One test of test/fixtures/chaos/scenario.test.ts, which documents the fields. */
export interface Scenario {
  name?: string
  calls?: [string, ...unknown[]][]
  hold?: number
  concurrent?: boolean
  fails?: boolean
  exits?: number
  runs?: string[]
}

export interface RunOptions {
  tests?: Scenario[]
  /** Options of `python({ … })`. */
  python?: Record<string, unknown>
  args?: string[]
  env?: Record<string, string>
  /** Wraps the command of Vitest in another one. */
  wrap?: (command: string[]) => string[]
  stdin?: 'pipe'
}

export interface Event {
  test: string
  what: string
  value?: unknown
}

export interface Ending {
  exitCode: number | undefined
  signal: string | undefined
  output: string
}

/** A Vitest that is running. */
export interface ChaosRun {
  readonly pid: number
  /** The process that was started: Vitest's main process, unless its command is wrapped. */
  readonly runner: Identity
  readonly ended: Promise<Ending>
  readonly stdin: NodeJS.WritableStream | null
  output(): string
  events(what?: string): Event[]
  /** Waits until the tests have reported this event so many times. */
  until(what: string, count?: number): Promise<Event[]>
  /** Waits until the record of the run has a process of this role (`reaper`, `forkserver-1`, `w1`). */
  role(id: string): Promise<Identity>
  roles(): Map<string, Identity>
  /** The processes that the tests reported to have left. */
  left(): Identity[]
  abandon(): void
}

const DEADLINE = 60_000
let runs = 0

export function startRun(scene: Scene, options: RunOptions): ChaosRun {
  const { installation, directory, runtime, tested } = scene
  const eventFile = join(directory, `events-${++runs}.jsonl`)
  const before = new Set(scene.runDirectories())
  const tests = (options.tests ?? [{}]).map((test, n) => ({ name: `test ${n + 1}`, ...test }))
  const vitest = [installation.node, '../node_modules/vitest/vitest.mjs', 'run', ...(options.args ?? [])]
  const [file, ...args] = (options.wrap ?? ((command) => command))(vitest) as [string, ...string[]]
  const child = execa(file, args, {
    cwd: directory,
    all: true,
    reject: false,
    stdin: options.stdin ?? 'ignore',
    extendEnv: false,
    timeout: DEADLINE,
    killSignal: 'SIGKILL',
    forceKillAfterDelay: false,
    env: {
      ...cleanEnvironment(installation.node),
      [CASE_VARIABLE]: tested.id,
      XDG_RUNTIME_DIR: runtime,
      CHAOS_TESTS: JSON.stringify(tests),
      CHAOS_EVENTS: eventFile,
      ...(options.python ? { PYTHON_OPTIONS: JSON.stringify(options.python) } : {}),
      ...options.env,
    },
  })
  let printed = ''
  child.all.on('data', (chunk) => {
    printed += chunk
  })
  const output = () => stripVTControlCharacters(printed)
  let over = false
  const ended = child.then(({ exitCode, signal, timedOut }) => {
    over = true
    if (timedOut) throw new Error(`Vitest did not end within ${DEADLINE} ms. It printed:\n${output()}`)
    return { exitCode, signal, output: output() }
  })
  ended.catch(() => {})
  const events = (what?: string) =>
    (lines(eventFile) as unknown as Event[]).filter((event) => what === undefined || event.what === what)
  const roles = () => {
    const own = scene.runDirectories().filter((path) => !before.has(path))
    return new Map(own.flatMap((path) => [...recordOf(path)]))
  }
  const wait = async <V>(what: string, look: () => V | undefined): Promise<V> => {
    const until = performance.now() + DEADLINE
    for (;;) {
      const last = over
      const found = look()
      if (found !== undefined) return found
      if (last || performance.now() > until) throw new Error(`no ${what}; Vitest printed:\n${output()}`)
      await sleep(5)
    }
  }
  return {
    pid: child.pid!,
    runner: identify(child.pid!),
    ended,
    stdin: child.stdin,
    output,
    events,
    roles,
    until: (what, count = 1) =>
      wait(`event ${what}`, () => {
        const found = events(what)
        return found.length >= count ? found : undefined
      }),
    role: (id) => wait(`process ${id}`, () => roles().get(id)),
    left: () => events().flatMap(({ value }) => identitiesIn(value)),
    abandon: () => void child.kill('SIGKILL'),
  }
}
