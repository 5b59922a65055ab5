import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SetupError } from '../../support/errors.ts'
import type { Interpreter } from '../interpreter/find.ts'
import { type Requirements, readRequirements } from '../interpreter/requirements.ts'
import { removeAbandonedInstalls } from './abandonedInstalls.ts'
import { checkImports, compileOverlay } from './checkOverlay.ts'
import { cacheDirectory, overlayDirectory, temporaryDirectory } from './directory.ts'
import { install } from './install.ts'
import { planInstall } from './installPlan.ts'
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
  /** Milliseconds that an installation may take. */
  deadline?: number | undefined
}

interface Work {
  interpreter: Interpreter
  overlay: string
  specifiers: string[]
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
 * `OVERLAY_INTERRUPTED`, `OVERLAY_UNUSABLE`, `OVERLAY_CACHE_UNWRITABLE`
 */
export async function ensureOverlay(interpreter: Interpreter, io: Io): Promise<string | null> {
  const requirements = io.requirements ?? (await readRequirements())
  const { outdated, missing, specifiers } = planInstall(requirements, interpreter.distributions)
  if (outdated.length > 0) throw explainOutdated(interpreter, outdated)
  if (missing.length === 0) return null
  const overlay = overlayDirectory(cacheDirectory(io.env), interpreter.abi, specifiers)
  if (isVerified(overlay, specifiers)) return overlay
  const names = Object.keys(requirements)
  const temporary = temporaryDirectory(overlay)
  try {
    await makeDirectories(dirname(overlay))
    await removeAbandonedInstalls(overlay)
    await mkdir(temporary)
    await make({ interpreter, overlay, specifiers, names, io }, missing, temporary)
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
  const { interpreter, overlay, specifiers, io } = work
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
  const job = { executable: interpreter.executable, specifiers, target }
  const failures = await install(job, {
    env: io.env,
    root: io.root,
    scratch,
    deadline,
    signal: io.signal,
    progress: io.progress,
  })
  if (failures.length > 0)
    throw explainInstallation(interpreter, { ...job, target: overlay }, failures, { env: io.env, deadline })
  await finish(work, target, scratch)
  await publish(target, overlay, specifiers, temporary)
  io.progress(`Installed in ${((Date.now() - started) / 1000).toFixed(1)} s`)
}

async function finish(
  { interpreter, specifiers, names, io }: Work,
  target: string,
  scratch: string,
): Promise<void> {
  const check = await checkImports(interpreter, target, names, { env: io.env, scratch })
  if ('problem' in check) throw explainUnusable(interpreter, specifiers, check.problem)
  await compileOverlay(interpreter, target, io.env)
  await markVerified(target, specifiers, check.versions)
}

/** Takes a directory without a marker if its packages work: you may have filled it by hand, as our error suggests. */
async function adopt(
  { interpreter, overlay, specifiers, names, io }: Work,
  scratch: string,
): Promise<boolean> {
  const check = await checkImports(interpreter, overlay, names, { env: io.env, scratch })
  if ('problem' in check) return false
  await compileOverlay(interpreter, overlay, io.env)
  await markVerified(overlay, specifiers, check.versions)
  return true
}

/** Publishes the overlay by an atomic rename. If another run was faster, its overlay is used. */
async function publish(
  target: string,
  overlay: string,
  specifiers: string[],
  temporary: string,
): Promise<void> {
  if (isVerified(overlay, specifiers)) return
  if (existsSync(overlay)) await rename(overlay, join(temporary, 'damaged'))
  await rename(target, overlay).catch((error: unknown) => {
    if (!isVerified(overlay, specifiers)) throw error
  })
}
