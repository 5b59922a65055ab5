import { chmodSync, chownSync, lchownSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Scene } from './scene.ts'

export const NOBODY = 65_534

/** The command as a user without privileges. Only root can become another user. */
export function asNobody(command: string[]): string[] {
  return ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...command]
}

/** Gives a scene's files to that user. */
export function giveAway({
  directory,
  runtime,
  installation,
}: Pick<Scene, 'directory' | 'runtime' | 'installation'>): void {
  chmodSync(installation.directory, 0o755)
  // Vite writes into the nearest node_modules.
  mkdirSync(join(directory, 'node_modules'), { recursive: true })
  for (const path of [directory, runtime]) chownSync(path, NOBODY, NOBODY)
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    lchownSync(join(directory, name), NOBODY, NOBODY)
  }
}
