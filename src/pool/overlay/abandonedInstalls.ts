import { readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseTemporary, pidScope, type Temporary } from './directory.ts'

/** Longer than any installation may take. */
const FOREIGN_AGE = 3_600_000

/** Removes what installations that were interrupted have left beside `overlay`. Never fails: it is a courtesy. */
export async function removeLeftovers(overlay: string): Promise<void> {
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
  return Date.now() - modified > FOREIGN_AGE
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
