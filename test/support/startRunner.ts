import { stripVTControlCharacters } from 'node:util'
import { execa } from 'execa'
import { cleanEnvironment } from './environment.ts'
import { CASE_VARIABLE, type TestedRun } from './survivors.ts'

/** How a test may change the start of a runner. */
export interface RunnerOptions {
  /** Options of `python({ … })`, in addition to those of the fixture's configuration. */
  python?: Record<string, unknown>
  env?: Record<string, string>
  /** Wraps the command of the runner in another one. */
  wrap?: (command: string[]) => string[]
  stdin?: 'pipe'
}

export interface RunnerStart {
  /** The Node executable, the runner's program, and its arguments. */
  command: [node: string, ...args: string[]]
  directory: string
  /** The directory for sockets: `XDG_RUNTIME_DIR`. */
  runtime: string
  tested: TestedRun
  /** Milliseconds after which it is killed. */
  deadline: number
}

/** How a runner ended. */
export interface Ending {
  exitCode: number | undefined
  signal: string | undefined
  /** Standard output and error together, without colors. */
  output: string
}

/** A runner that is running. */
export interface StartedRunner {
  readonly pid: number
  readonly stdin: NodeJS.WritableStream | null
  /** Rejects if it is killed at its deadline. */
  readonly ended: Promise<Ending>
  /** The output so far, without colors. */
  output(): string
  kill(): void
}

/** Starts a test runner in a clean environment that marks all of its processes. */
export function startRunner(start: RunnerStart, options: RunnerOptions): StartedRunner {
  const { command, directory, runtime, tested, deadline } = start
  const [file, ...args] = (options.wrap ?? ((words) => words))(command) as [string, ...string[]]
  const child = execa(file, args, {
    cwd: directory,
    all: true,
    reject: false,
    stdin: options.stdin ?? 'ignore',
    extendEnv: false,
    timeout: deadline,
    killSignal: 'SIGKILL',
    forceKillAfterDelay: false,
    env: {
      ...cleanEnvironment(command[0]),
      [CASE_VARIABLE]: tested.id,
      XDG_RUNTIME_DIR: runtime,
      ...(options.python ? { PYTHON_OPTIONS: JSON.stringify(options.python) } : {}),
      ...options.env,
    },
  })
  let printed = ''
  child.all.on('data', (chunk) => {
    printed += chunk
  })
  const ended = child.then(({ exitCode, signal, all, timedOut }) => {
    const output = stripVTControlCharacters(all)
    if (timedOut) throw new Error(`The runner did not end within ${deadline} ms. It printed:\n${output}`)
    return { exitCode, signal, output }
  })
  // The caller that awaits it handles its failure.
  ended.catch(() => {})
  return {
    pid: child.pid!,
    stdin: child.stdin,
    ended,
    output: () => stripVTControlCharacters(printed),
    kill: () => void child.kill('SIGKILL'),
  }
}
