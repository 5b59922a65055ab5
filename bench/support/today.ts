import { once } from 'node:events'
import { join } from 'node:path'
import { execa } from 'execa'
import { PythonShell } from 'python-shell'
import { programs, python } from './paths.ts'

/** One of the ways to call Python today: a single process for all calls. */
export interface Bridge {
  call(value: unknown): Promise<unknown>
  stop(): Promise<void>
}

const SCRIPT = join(programs, 'lines.py')

/** `child_process.spawn` for each call, with JSON over the standard streams. */
export async function spawnPerCall(value: unknown): Promise<unknown> {
  const { stdout } = await execa(python, [SCRIPT], { input: JSON.stringify(value) })
  return JSON.parse(stdout)
}

/** python-shell with a script that reads and writes JSON lines. */
export function pythonShell(): Bridge {
  const shell = new PythonShell(SCRIPT, { mode: 'json', pythonPath: python })
  return {
    async call(value) {
      const answer = once(shell, 'message')
      shell.send(value as object)
      return (await answer)[0]
    },
    stop: () => new Promise((resolve, reject) => shell.end((error) => (error ? reject(error) : resolve()))),
  }
}

/** pythonia, which starts Python when it is imported. */
export async function pythonia(): Promise<Bridge> {
  Object.assign(process.env, { PYTHON_BIN: python })
  const { python: load } = await import('pythonia')
  const work = await load(join(programs, 'work.py'))
  return {
    call: (value) => work.echo(value),
    stop: async () => load.exit(),
  }
}
