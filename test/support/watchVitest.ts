import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { printedBy } from './printed.ts'
import { type InnerOptions, type InnerRun, withVitest } from './runVitest.ts'

/** A Vitest in watch mode on a terminal of its own. */
export interface Watching extends InnerRun {
  /** Writes to its terminal. */
  press(key: string): void
  /** Waits until Vitest has run its tests so many times, and resolves to what the last run printed. */
  round(number: number): Promise<{ output: string; printed<T>(label: string): T[] }>
}

const onTerminal = fileURLToPath(new URL('terminal.py', import.meta.url))
/** What Vitest prints when it has run its tests, whatever the outcome. */
const WAITING = 'press q to quit'
const DEADLINE = 40_000

/** Starts it in a fixture project; whatever is left is cleared away. */
export function watchVitest<T>(options: InnerOptions, use: (run: Watching) => Promise<T>): Promise<T> {
  const wrap = (command: string[]) => [...['python3', onTerminal], ...command]
  return withVitest({ deadline: 110_000, ...options, command: ['watch'], wrap, stdin: 'pipe' }, (run) =>
    use({
      ...run,
      press: (key) => void run.stdin?.write(`${JSON.stringify(key)}\n`),
      round: (number) => round(run, number),
    }),
  )
}

async function round(run: InnerRun, number: number) {
  for (const until = performance.now() + DEADLINE; performance.now() < until; await sleep(20)) {
    const rounds = run.output().split(WAITING)
    // What follows the last prompt is not a round yet.
    if (rounds.length <= number) continue
    const output = (rounds[number - 1] as string).replaceAll('\r', '')
    return { output, printed: <T>(label: string) => printedBy<T>({ output }, label) }
  }
  throw new Error(`Vitest did not run its tests ${number} times. It printed:\n${run.output()}`)
}
