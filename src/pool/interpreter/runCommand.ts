import { safeLines } from '../../support/text/safeText.ts'

/** Between SIGTERM and SIGKILL. */
const KILL_DELAY_MS = 1_000

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
  /** How it failed, for example "exited with status 2"; empty if it did not. */
  failure: string
  /** Whether it was interrupted. Ctrl-C reaches every process of the terminal. */
  interrupted: boolean
}

/** Runs a program to its end, or to its deadline. A failure is an outcome, never an exception. */
export async function runCommand(command: readonly string[], limits: Limits): Promise<Outcome> {
  const [file = '', ...args] = command
  // Loaded on demand, because it takes longer than the start of a Python.
  const { execa } = await import('execa')
  const program = execa(file, args, {
    cwd: limits.cwd,
    env: limits.env,
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    forceKillAfterDelay: KILL_DELAY_MS,
    ...(limits.signal ? { cancelSignal: limits.signal } : {}),
  })
  let late = false
  let timer = setTimeout(() => {
    late = true
    program.kill('SIGTERM')
    // A grandchild may keep the pipes open as long as it lives, and execa would wait for it.
    timer = setTimeout(() => {
      program.stdout.destroy()
      program.stderr.destroy()
    }, KILL_DELAY_MS)
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

/**
 * The last `count` lines that are not blank, without CI commands and the colors that pip and uv print if FORCE_COLOR is
 * set.
 */
export function lastLines(text: string, count: number): string[] {
  return safeLines(text)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-count)
}
