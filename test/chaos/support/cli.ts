import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { cleanEnvironment } from '../../support/environment.ts'
import type { Scene } from './scene.ts'
import { asNobody } from './unprivileged.ts'

/** Runs `vitest-python …` in a scene's project. */
export async function vitestPython(scene: Scene, ...args: string[]) {
  const { installation, directory, runtime } = scene
  const at = (place: string) => join(place, 'node_modules/vitest-environment-python/dist/cli.js')
  // A control has a copy of its own.
  const cli = existsSync(at(directory)) ? at(directory) : at(installation.directory)
  const env = { ...cleanEnvironment(installation.node), XDG_RUNTIME_DIR: runtime }
  const options = { cwd: directory, env, extendEnv: false, reject: false, all: true } as const
  const command = [installation.node, cli, ...args]
  const [file, ...rest] = (scene.unprivileged ? asNobody(command) : command) as [string, ...string[]]
  const { exitCode, all, stdout } = await execa(file, rest, options)
  return { exitCode, output: all, stdout }
}
