import { createHash, randomBytes } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { basename, isAbsolute, join, resolve } from 'node:path'

const NAME = 'vitest-environment-python'

/** The directory that holds the overlays: `VITEST_PYTHON_CACHE`, else the user's cache directory on this platform. */
export function cacheDirectory(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  if (env['VITEST_PYTHON_CACHE']) return resolve(env['VITEST_PYTHON_CACHE'])
  const home = env['HOME'] || homedir()
  if (platform === 'darwin') return join(home, 'Library', 'Caches', NAME)
  const xdg = env['XDG_CACHE_HOME']
  // XDG specification: a relative path is invalid and must be ignored.
  return join(xdg && isAbsolute(xdg) ? xdg : join(home, '.cache'), NAME)
}

/** The directory for byte code that workers cannot write beside its source. */
export function bytecodeDirectory(env: NodeJS.ProcessEnv): string {
  return join(cacheDirectory(env), 'bytecode')
}

/** The overlay of an ABI and a content. Interpreters of the same ABI share it. */
export function overlayDirectory(cache: string, abi: string, content: readonly string[]): string {
  const hash = createHash('sha256').update(content.join('\n')).digest('hex').slice(0, 12)
  return join(cache, 'overlay', `${abi}-${hash}`)
}

/** A sibling of the overlay. It is on the same file system, so a rename can publish its content. */
export function temporaryDirectory(overlay: string): string {
  return `${overlay}.${pidScope()}-${process.pid}-${randomBytes(4).toString('hex')}.tmp`
}

export interface Temporary {
  scope: string
  pid: number
}

/** The process that made a temporary directory of this overlay; `undefined` if `name` is not one. */
export function parseTemporary(overlay: string, name: string): Temporary | undefined {
  if (!name.startsWith(`${basename(overlay)}.`)) return undefined
  const [, scope, pid] = /\.([0-9a-f]{8})-(\d+)-[0-9a-f]{8}\.tmp$/.exec(name) ?? []
  return scope && pid ? { scope, pid: Number(pid) } : undefined
}

/** Identifies the PID namespace: containers may share a cache directory, but not their pids. */
export function pidScope(): string {
  let namespace = ''
  try {
    namespace = readlinkSync('/proc/self/ns/pid')
  } catch {
    // Without /proc, the host name has to suffice.
  }
  return createHash('sha256').update(`${hostname()}\n${namespace}`).digest('hex').slice(0, 8)
}
