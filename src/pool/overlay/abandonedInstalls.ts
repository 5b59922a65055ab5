import { readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseTemporary, pidScope, type Temporary } from './directory.ts'

/** Longer than any installation may take. */
const MAX_INSTALL_AGE_MS = 3_600_000

/** Removes the directories that interrupted installations have left beside `overlay`. Ignores all errors. */
export async function removeAbandonedInstalls(overlay: string): Promise<void> {
  const parent = dirname(overlay)
  const names = await readdir(parent).catch(() => [])
  for (const name of names) {
    const temporary = parseTemporary(overlay, name)
    if (temporary && (await isAbandoned(temporary, join(parent, name))))
      await rm(join(parent, name), { recursive: true, force: true }).catch(() => {})
  }
}

async function isAbandoned({ scope, pid }: Temporary, path: string): Promise<boolean> {
  if (scope === pidScope() && !isAlive(pid)) return true
  const modified = await stat(path).then(
    (status) => status.mtimeMs,
    () => Date.now(),
  )
  return Date.now() - modified > MAX_INSTALL_AGE_MS
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
