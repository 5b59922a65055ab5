import { accessSync, constants, statSync } from 'node:fs'
import { join } from 'node:path'

/** Whether `path` is an executable file. Follows symbolic links. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** The absolute path of a command, searched as `execvp` does; `undefined` if it is not on PATH. */
export function which(command: string, env: NodeJS.ProcessEnv): string | undefined {
  const directories = (env['PATH'] ?? '').split(':').filter((directory) => directory.startsWith('/'))
  return directories.map((directory) => join(directory, command)).find(isExecutable)
}
