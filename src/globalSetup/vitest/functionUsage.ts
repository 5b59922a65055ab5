import { spawnSync } from 'node:child_process'
import { relative, resolve, sep } from 'node:path'
import type { Outline } from '../../pool/measuring/readCoverage.ts'
import { pythonPrograms } from '../../process/run/signal.ts'
import { testsRunning } from './functionMap.ts'
import { type CachingVitest, readUsage } from './usageFile.ts'
import type { UsageMap } from './usageMap.ts'

/** Milliseconds for a Python to start and to parse a file. */
const OUTLINE_TIMEOUT_MS = 5_000

/** Leaves out test files, as absolute paths, that have not run the changed part of a Python file, if that is known. */
export function narrowByFunctions(
  vitest: CachingVitest,
  file: string,
  users: readonly string[],
  map: UsageMap = readUsage(vitest),
): string[] {
  const { root } = vitest.config
  const short = (path: string) => relative(root, path).split(sep).join('/')
  const known = map.functions[short(file)]
  if (!known) return [...users]
  return testsRunning(known, outlineOf(file, map.python), users.map(short)).map((test) => resolve(root, test))
}

/** Vitest asks for the tests of a changed file synchronously. */
function outlineOf(file: string, python: string): Outline | undefined {
  const { status, stdout } = spawnSync(python, ['-I', '-S', pythonPrograms, 'outline', file], {
    encoding: 'utf8',
    timeout: OUTLINE_TIMEOUT_MS,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return status === 0 ? JSON.parse(stdout) : undefined
}
