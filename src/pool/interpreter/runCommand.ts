import { stripVTControlCharacters } from 'node:util'
import { execa } from 'execa'

const GRACE = 1_000

export interface Limits {
  cwd: string
  env: NodeJS.ProcessEnv
  /** Milliseconds until the program is killed. */
  deadline: number
  /** Ends it early. */
  signal?: AbortSignal | undefined
}

export interface Outcome {
  ok: boolean
  stdout: string
  stderr: string
  /** How it failed, as in "exited with status 2"; empty where it did not. */
  failure: string
  /** Somebody wanted it to end: Ctrl-C reaches every process of the terminal, and not only us. */
  interrupted: boolean
}

/** Runs a program to its end, or to its deadline. A failure is an outcome, never an exception. */
export async function run(command: readonly string[], limits: Limits): Promise<Outcome> {
  const [file = '', ...args] = command
  const program = execa(file, args, {
    cwd: limits.cwd,
    env: limits.env,
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    forceKillAfterDelay: GRACE,
    ...(limits.signal ? { cancelSignal: limits.signal } : {}),
  })
  let late = false
  let timer = setTimeout(() => {
    late = true
    program.kill('SIGTERM')
    // A grandchild may hold the pipes open for as long as it lives, and execa would wait for it.
    timer = setTimeout(() => {
      program.stdout.destroy()
      program.stderr.destroy()
    }, GRACE)
  }, limits.deadline)
  const result = await program.finally(() => clearTimeout(timer))
  const failure = late ? `did not finish within ${limits.deadline / 1000} s` : describe(result)
  const interrupted = result.isCanceled || result.signal === 'SIGINT' || result.exitCode === 130
  return {
    ok: failure === '',
    stdout: result.stdout ?? '',
    stderr: result.stderr ?? '',
    failure,
    interrupted,
  }
}

interface Ending {
  failed: boolean
  exitCode?: number | undefined
  signal?: string | undefined
  originalMessage?: string | undefined
}

function describe(result: Ending): string {
  if (!result.failed) return ''
  if (result.signal !== undefined) return `was ended by ${result.signal}`
  if (result.exitCode !== undefined) return `exited with status ${result.exitCode}`
  return `could not be started (${result.originalMessage ?? 'no reason given'})`
}

/** The last `count` lines that are not blank, without the colours that FORCE_COLOR makes pip and uv print. */
export function lastLines(text: string, count: number): string[] {
  return stripVTControlCharacters(text)
    .split(/\r?\n|\r/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-count)
}
