import { join } from 'node:path'
import { execa } from 'execa'
import { cleanEnvironment } from '../../support/environment.ts'
import type { Scene } from './scene.ts'
import { asNobody } from './unprivileged.ts'

/** Runs `vitest-python …` in a scene's project. */
export async function vitestPython(scene: Scene, ...args: string[]) {
  const { installation, directory, runtime } = scene
  const cli = join(installation.directory, 'node_modules/vitest-environment-python/dist/cli.js')
  const env = { ...cleanEnvironment(installation.node), XDG_RUNTIME_DIR: runtime }
  const options = { cwd: directory, env, extendEnv: false, reject: false, all: true } as const
  const command = [installation.node, cli, ...args]
  const [file, ...rest] = (scene.unprivileged ? asNobody(command) : command) as [string, ...string[]]
  const { exitCode, all, stdout } = await execa(file, rest, options)
  return { exitCode, output: all, stdout }
}
