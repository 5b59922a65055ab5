import { setTimeout as sleep } from 'node:timers/promises'
import { printedBy } from './printed.ts'
import { type InnerOptions, type InnerRun, withVitest } from './runVitest.ts'

/** How a run of tests ended that an editor asked for. */
export interface Outcome {
  passed: number
  /** Messages of tests, files and the run. */
  errors: string[]
}

/** A process that uses Vitest as an editor's extension does: by its Node API, run after run. */
export interface Editor extends InnerRun {
  /** Has it do something, see the fixture's `editor.mjs`; rejects with what that throws. */
  ask(deed: 'open' | 'close', vitest: string): Promise<void>
  ask(deed: 'run', vitest: string, file: string): Promise<Outcome>
  /** Has it end; resolves to its exit code. */
  exit(): Promise<number | undefined>
}

const DEADLINE = 60_000

/** Starts it in the fixture project `editor`; whatever is left is cleared away. */
export function driveEditor<T>(
  options: Omit<InnerOptions, 'fixture'>,
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

async function answerOf(run: InnerRun, number: number, words: string[]) {
  for (const until = performance.now() + DEADLINE; performance.now() < until; await sleep(20)) {
    const answers = printedBy<{ value?: Outcome; threw?: string }>({ output: run.output() }, 'answer')
    if (answers.length >= number) return answers[number - 1] as (typeof answers)[number]
  }
  throw new Error(`The editor did not answer ${words.join(' ')}. It printed:\n${run.output()}`)
}
