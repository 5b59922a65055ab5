import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SetupError } from '../../support/errors.ts'
import type { Interpreter } from '../interpreter/find.ts'
import { type Requirements, readRequirements } from '../interpreter/requirements.ts'
import { removeAbandonedInstalls } from './abandonedInstalls.ts'
import { checkImports, compileOverlay } from './checkOverlay.ts'
import { checkCacheOwner } from './checkOwner.ts'
import { cacheDirectory, overlayDirectory, temporaryDirectory } from './directory.ts'
import { install } from './install.ts'
import { planInstall } from './installPlan.ts'
import { type LockedPackage, lockPath, readLock } from './lock.ts'
import { explainCache, explainInstallation, explainOutdated, explainUnusable } from './overlayErrors.ts'
import { isVerified, markVerified } from './verifiedMarker.ts'

const INSTALL_TIMEOUT_MS = 600_000

export interface Io {
  env: NodeJS.ProcessEnv
  /** Reports, line by line, the steps and their reasons. */
  progress(line: string): void
  /** The project's root. uv runs there, because the project's configuration may name the index. */
  root?: string | undefined
  /** Aborts an installation. */
  signal?: AbortSignal | undefined
  requirements?: Requirements | undefined
  /** Default: the lock of this package. */
  lock?: readonly LockedPackage[] | undefined
  /** Milliseconds that an installation may take. */
  deadline?: number | undefined
}

interface Work {
  interpreter: Interpreter
  overlay: string
  packages: readonly LockedPackage[]
  /** What makes the overlay differ from others. */
  content: string[]
  /** All distributions that the workers need, in the overlay or not. */
  names: string[]
  io: Io
}

/**
 * The directory that the workers append to sys.path. It holds the packages that the interpreter lacks, installed into the
 * user's cache. The interpreter's own environment is never changed.
 *
 * @returns `null` if the interpreter lacks nothing
 *
 * @throws SetupError `PYTHON_PACKAGE_TOO_OLD`, `OVERLAY_INSTALL_FAILED`,
 * `OVERLAY_INTERRUPTED`, `OVERLAY_UNUSABLE`, `OVERLAY_CACHE_UNWRITABLE`, `OVERLAY_CACHE_UNSAFE`
 */
export async function ensureOverlay(interpreter: Interpreter, io: Io): Promise<string | null> {
  const requirements = io.requirements ?? readRequirements()
  const lock = io.lock ?? (await readLock())
  const { outdated, missing, packages, content } = planInstall(requirements, lock, interpreter.distributions)
  if (outdated.length > 0) throw explainOutdated(interpreter, outdated)
  const cache = cacheDirectory(io.env)
  const overlay = overlayDirectory(cache, interpreter.abi, content)
  checkCacheOwner(cache, overlay)
  if (missing.length === 0) return null
  if (isVerified(overlay, content)) return overlay
  const names = Object.keys(requirements)
  const temporary = temporaryDirectory(overlay)
  try {
    await makeDirectories(dirname(overlay))
    await removeAbandonedInstalls(overlay)
    await mkdir(temporary)
    await make({ interpreter, overlay, packages, content, names, io }, missing, temporary)
    return overlay
  } catch (error) {
    throw error instanceof SetupError ? error : explainCache(overlay, error as NodeJS.ErrnoException)
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(() => {})
  }
}

/** Creates missing parents, too. Node's own `recursive` reports ENOENT if the disk is full or read-only. */
async function makeDirectories(path: string): Promise<void> {
  const make = () => mkdir(path).catch(unless('EEXIST'))
  const isMissing = await make().catch(unless('ENOENT'))
  if (isMissing !== 'ENOENT') return
  await makeDirectories(dirname(path))
  await make()
}

/** Handles errors with this code and returns it; throws all others. */
function unless<C extends string>(code: C): (error: NodeJS.ErrnoException) => C {
  return (error) => {
    if (error.code !== code) throw error
    return code
  }
}

async function make(work: Work, missing: readonly string[], temporary: string): Promise<void> {
  const { interpreter, overlay, packages, content, io } = work
  if (existsSync(overlay) && (await adopt(work, temporary))) return
  io.progress(
    `Python ${interpreter.version} (${interpreter.executable}) lacks ${missing.join(', ')}: ` +
      `they are installed once into ${overlay}; the Python's own environment is not changed`,
  )
  const started = Date.now()
  const target = join(temporary, 'overlay')
  const scratch = join(temporary, 'scratch')
  await mkdir(scratch)
  const deadline = io.deadline ?? INSTALL_TIMEOUT_MS
  const requirements = join(scratch, 'requirements.txt')
  await writeFile(requirements, packages.map(({ lines }) => lines).join(''))
  const job = { executable: interpreter.executable, requirements, target }
  const failures = await install(job, {
    env: io.env,
    packages: packages.map(specifierOf).join(' '),
    root: io.root,
    scratch,
    deadline,
    signal: io.signal,
    progress: io.progress,
  })
  if (failures.length > 0)
    throw explainInstallation(interpreter, { ...job, requirements: lockPath, target: overlay }, failures, {
      env: io.env,
      deadline,
    })
  await finish(work, target, scratch)
  await publish(target, overlay, content, temporary)
  io.progress(`Installed in ${((Date.now() - started) / 1000).toFixed(1)} s`)
}

async function finish(
  { interpreter, packages, content, names, io }: Work,
  target: string,
  scratch: string,
): Promise<void> {
  const check = await checkImports(interpreter, target, names, { env: io.env, scratch })
  if ('problem' in check) throw explainUnusable(interpreter, packages.map(specifierOf), check.problem)
  await compileOverlay(interpreter, target, io.env)
  await markVerified(target, content, check.versions)
}

/** Takes a directory without a marker if its packages work: you may have filled it by hand, as our error suggests. */
async function adopt({ interpreter, overlay, content, names, io }: Work, scratch: string): Promise<boolean> {
  const check = await checkImports(interpreter, overlay, names, { env: io.env, scratch })
  if ('problem' in check) return false
  await compileOverlay(interpreter, overlay, io.env)
  await markVerified(overlay, content, check.versions)
  return true
}

/** Publishes the overlay by an atomic rename. If another run was faster, its overlay is used. */
async function publish(target: string, overlay: string, content: string[], temporary: string): Promise<void> {
  if (isVerified(overlay, content)) return
  if (existsSync(overlay)) await rename(overlay, join(temporary, 'damaged'))
  await rename(target, overlay).catch((error: unknown) => {
    if (!isVerified(overlay, content)) throw error
  })
}

function specifierOf({ name, version }: LockedPackage): string {
  return `${name}==${version}`
}
