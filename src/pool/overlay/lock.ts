import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot } from '../../support/packageRoot.ts'

/** A package that an overlay may contain, with the hashes of its wheels. */
export interface LockedPackage {
  name: string
  version: string
  /** The packages that depend on it. */
  via: readonly string[]
  /** Its lines, as an installer takes them: `grpcio==1.85.1 --hash=sha256:…`. */
  lines: string
}

/** The file that `npm run lock` makes. You can give it to pip and uv, too. */
export const lockPath: string = join(packageRoot, 'python', 'vitest_python', 'requirements.lock')

/** Reads the packages of a lock file. */
export async function readLock(path: string = lockPath): Promise<LockedPackage[]> {
  return parseLock(await readFile(path, 'utf8'))
}

/** Parses a lock file: after each package and its hashes, a comment may name the packages that depend on it. */
export function parseLock(text: string): LockedPackage[] {
  const found: LockedPackage[] = []
  for (const lines of text.split(/^(?=\S)/m)) {
    const [, name, version] = /^([\w.-]+)==(\S+)/.exec(lines) ?? []
    if (name === undefined || version === undefined) continue
    const via = /^ +# via (.+)$/m.exec(lines)?.[1]?.split(' ') ?? []
    found.push({ name, version, via, lines: lines.replace(/^ +#.*\n?/m, '') })
  }
  return found
}

/** The packages with these names and everything that they depend on, except those that the interpreter has. */
export function lockedWith(
  lock: readonly LockedPackage[],
  names: readonly string[],
  present: readonly string[],
): LockedPackage[] {
  const wanted = new Set(names)
  for (let before = -1; before < wanted.size; ) {
    before = wanted.size
    for (const { name, via } of lock)
      if (!present.includes(name) && via.some((parent) => wanted.has(parent))) wanted.add(name)
  }
  return lock.filter(({ name }) => wanted.has(name))
}
