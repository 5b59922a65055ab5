import { setTimeout as sleep } from 'node:timers/promises'
import { printedBy } from './printed.ts'
import { type FixtureOptions, type FixtureRun, withVitest } from './runVitest.ts'
import { onTerminal } from './terminal.ts'
import { isJest } from './versions.ts'

/** A Vitest or a Jest in watch mode on a terminal of its own. */
export interface Watching extends FixtureRun {
  /** Writes to its terminal. */
  press(key: string): void
  /** Waits until it has run its tests so many times, and resolves to the output of the last run. */
  round(number: number): Promise<{ output: string; printed<T>(label: string): T[] }>
}

/** The line that it prints after each run of the tests. */
const WAITING = { vitest: 'press q to quit', jest: 'Watch Usage' }
const DEADLINE = 40_000

/** Starts it in a fixture project, and removes everything afterwards. */
export function watchVitest<T>(options: FixtureOptions, use: (run: Watching) => Promise<T>): Promise<T> {
  // Jest uses it to find out whether the terminal can be cleared.
  const env = { TERM: 'xterm', ...options.env }
  const waiting = WAITING[isJest(options.version) ? 'jest' : 'vitest']
  return withVitest(
    { deadline: 110_000, ...options, env, command: ['watch'], wrap: onTerminal, stdin: 'pipe' },
    (run) =>
      use({
        ...run,
        press: (key) => void run.stdin?.write(`${JSON.stringify(key)}\n`),
        round: (number) => round(run, waiting, number),
      }),
  )
}

async function round(run: FixtureRun, waiting: string, number: number) {
  for (const until = performance.now() + DEADLINE; performance.now() < until; await sleep(20)) {
    const rounds = run.output().split(waiting)
    // The text after the last prompt is not a complete round yet.
    if (rounds.length <= number) continue
    const output = (rounds[number - 1] as string).replaceAll('\r', '')
    return { output, printed: <T>(label: string) => printedBy<T>({ output }, label) }
  }
  throw new Error(`It did not run its tests ${number} times. It printed:\n${run.output()}`)
}
