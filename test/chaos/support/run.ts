import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Ending, type RunnerOptions, startRunner } from '../../support/startRunner.ts'
import { type Identity, identify, identitiesIn } from './identity.ts'
import { lines, recordOf, type Scene } from './scene.ts'
import { asNobody } from './unprivileged.ts'

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

export interface RunOptions extends RunnerOptions {
  tests?: Scenario[]
  args?: string[]
}

export interface Event {
  test: string
  what: string
  value?: unknown
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

const DEADLINE_MS = 60_000
let runs = 0

export function startRun(scene: Scene, options: RunOptions): ChaosRun {
  const { installation, directory, runtime, tested } = scene
  const eventFile = join(directory, `events-${++runs}.jsonl`)
  const before = new Set(scene.runDirectories())
  const tests = (options.tests ?? [{}]).map((test, n) => ({ name: `test ${n + 1}`, ...test }))
  const runner = startRunner(
    {
      command: [installation.node, '../node_modules/vitest/vitest.mjs', 'run', ...(options.args ?? [])],
      directory,
      runtime,
      tested,
      deadline: DEADLINE_MS,
    },
    {
      ...options,
      ...(scene.unprivileged && !options.wrap ? { wrap: asNobody } : {}),
      env: { CHAOS_TESTS: JSON.stringify(tests), CHAOS_EVENTS: eventFile, ...options.env },
    },
  )
  const { ended, output, pid, stdin } = runner
  let over = false
  const markOver = () => {
    over = true
  }
  void ended.then(markOver, markOver)
  const events = (what?: string) =>
    (lines(eventFile) as unknown as Event[]).filter((event) => what === undefined || event.what === what)
  const roles = () => {
    const own = scene.runDirectories().filter((path) => !before.has(path))
    return new Map(own.flatMap((path) => [...recordOf(path)]))
  }
  const wait = async <V>(what: string, look: () => V | undefined): Promise<V> => {
    const until = performance.now() + DEADLINE_MS
    for (;;) {
      const last = over
      const found = look()
      if (found !== undefined) return found
      if (last || performance.now() > until) throw new Error(`no ${what}; Vitest printed:\n${output()}`)
      await sleep(5)
    }
  }
  return {
    pid,
    runner: identify(pid),
    ended,
    stdin,
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
    abandon: () => runner.kill(),
  }
}
