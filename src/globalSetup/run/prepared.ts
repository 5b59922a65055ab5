import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheDirectory } from '../../pool/overlay/directory.ts'
import type { PythonInstallation } from '../../pool/python/forkserver.ts'

/** The variables that decide which interpreter is found. */
const VARIABLES = ['VITEST_PYTHON', 'VIRTUAL_ENV', 'CONDA_PREFIX', 'PATH', 'VITEST_PYTHON_CACHE']

/**
 * Whether Python was found and everything installed for this project before. If so, nothing has to be done before the
 * tests. If not, the installation must come first, because it would exceed the time limit of a test.
 */
export function isPrepared(root: string, python: string | undefined): boolean {
  try {
    const noted = JSON.parse(readFileSync(noteOf(root, python), 'utf8')) as PythonInstallation
    return existsSync(noted.executable) && (noted.overlay === null || existsSync(noted.overlay))
  } catch {
    return false
  }
}

/** Records that Python is prepared. If the cache cannot be written, only the next run takes longer. */
export function notePrepared(
  root: string,
  python: string | undefined,
  installation: PythonInstallation,
): void {
  try {
    const note = noteOf(root, python)
    mkdirSync(dirname(note), { recursive: true })
    writeFileSync(note, JSON.stringify(installation))
  } catch {}
}

function noteOf(root: string, python: string | undefined): string {
  const decisive = [root, python ?? null, ...VARIABLES.map((name) => process.env[name] ?? null)]
  const hash = createHash('sha256').update(JSON.stringify(decisive)).digest('hex').slice(0, 16)
  return join(cacheDirectory(process.env), 'prepared', `${hash}.json`)
}
