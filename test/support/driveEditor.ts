import { setTimeout as sleep } from 'node:timers/promises'
import { printedBy } from './printed.ts'
import { type FixtureOptions, type FixtureRun, withVitest } from './runVitest.ts'

/** The result of a test run that an editor requested. */
export interface Outcome {
  passed: number
  /** Messages of tests, files and the run. */
  errors: string[]
}

/** A process that uses Vitest like an editor's extension: by its Node API, run after run. */
export interface Editor extends FixtureRun {
  /** Sends a command to the fixture's `editor.mjs`; rejects with its error. */
  ask(deed: 'open' | 'close', vitest: string): Promise<void>
  ask(deed: 'run', vitest: string, file: string): Promise<Outcome>
  /** Ends it; resolves to its exit code. */
  exit(): Promise<number | undefined>
}

const DEADLINE = 60_000

/** Starts it in the fixture project `editor`, and removes everything afterwards. */
export function driveEditor<T>(
  options: Omit<FixtureOptions, 'fixture'>,
  use: (editor: Editor) => Promise<T>,
): Promise<T> {
  const wrap = ([node]: string[]) => [node as string, 'editor.mjs']
  return withVitest({ deadline: 110_000, ...options, fixture: 'editor', wrap, stdin: 'pipe' }, (run) => {
    let asked = 0
    const say = (...words: string[]) => run.stdin?.write(`${JSON.stringify(words)}\n`)
    const ask = async (...words: string[]) => {
      asked += 1
      say(...words)
      const { value, threw } = await answerOf(run, asked, words)
      if (threw !== undefined) throw new Error(threw)
      return value
    }
    const exit = async () => {
      say('exit')
      return (await run.ended).exitCode
    }
    return use({ ...run, ask: ask as Editor['ask'], exit })
  })
}

async function answerOf(run: FixtureRun, number: number, words: string[]) {
  for (const until = performance.now() + DEADLINE; performance.now() < until; await sleep(20)) {
    const answers = printedBy<{ value?: Outcome; threw?: string }>({ output: run.output() }, 'answer')
    if (answers.length >= number) return answers[number - 1] as (typeof answers)[number]
  }
  throw new Error(`The editor did not answer ${words.join(' ')}. It printed:\n${run.output()}`)
}
