import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { execa } from 'execa'
import { inject } from 'vitest'
import { cleanEnvironment } from './environment.ts'
import type { Runner } from './installation.ts'
import { versions } from './versions.ts'

/** Milliseconds for a command, including an installation from the index. */
const DEADLINE = 110_000

/** A new project directory beside an installation, so the package can be found from there. */
export function makeProject(
  name: string,
  runner: Runner = versions[0]!,
): { directory: string; [Symbol.dispose](): void } {
  const { directory: beside } = inject('installations')[runner]!
  const directory = realpathSync(mkdtempSync(join(beside, `${name}-`)))
  return { directory, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) }
}

/** Starts the packed `vitest-python`, prefixed with the command `around`. */
export function startCli(
  directory: string,
  words: string[],
  env: NodeJS.ProcessEnv = {},
  around: string[] = [],
) {
  const { node, directory: beside } = inject('installations')[versions[0]!]!
  const cli = join(beside, 'node_modules/vitest-environment-python/dist/cli.js')
  const runtime = mkdtempSync(join(tmpdir(), 'vp-'))
  const [file, ...args] = [...around, node, cli, ...words] as [string, ...string[]]
  const child = execa(file, args, {
    cwd: directory,
    all: true,
    reject: false,
    stdin: around.length > 0 ? 'pipe' : 'ignore',
    extendEnv: false,
    timeout: DEADLINE,
    killSignal: 'SIGKILL',
    forceKillAfterDelay: false,
    env: { ...cleanEnvironment(node), XDG_RUNTIME_DIR: runtime, ...env },
  })
  const ended = child.then(({ exitCode, all, stdout, timedOut }) => {
    rmSync(runtime, { recursive: true, force: true })
    const output = stripVTControlCharacters(all)
    if (timedOut) throw new Error(`vitest-python did not end within ${DEADLINE} ms. It printed:\n${output}`)
    return { exitCode, output, stdout }
  })
  return { child, ended }
}

/** Runs `vitest-python` to its end. */
export function runCli(...start: Parameters<typeof startCli>) {
  return startCli(...start).ended
}
