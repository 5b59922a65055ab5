import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SetupError } from '../../support/errors.ts'
import type { Interpreter } from '../interpreter/find.ts'
import { type Requirements, readRequirements } from '../interpreter/requirements.ts'
import { removeLeftovers } from './abandonedInstalls.ts'
import { compile, verify } from './checkOverlay.ts'
import { cacheDirectory, overlayDirectory, temporaryDirectory } from './directory.ts'
import { install } from './install.ts'
import { plan } from './installPlan.ts'
import { explainCache, explainInstallation, explainOutdated, explainUnusable } from './overlayErrors.ts'
import { isVerified, mark } from './verifiedMarker.ts'

const DEADLINE = 600_000

export interface Io {
  env: NodeJS.ProcessEnv
  /** Told, line by line, what is done and why. */
  progress(line: string): void
  /** The project's root: uv is run there, since its configuration may name the index. */
  root?: string | undefined
  /** Ends an installation early. */
  signal?: AbortSignal | undefined
  requirements?: Requirements | undefined
  /** Milliseconds that an installation may take. */
  deadline?: number | undefined
}

interface Work {
  interpreter: Interpreter
  overlay: string
  specifiers: string[]
  /** All distributions that the workers need, whoever has them. */
  names: string[]
  io: Io
}

/**
 * The directory that the workers append to sys.path: what the interpreter lacks, installed into the user's cache.
 * The interpreter's own environment is never changed. `null` where it lacks nothing.
 *
 * @throws SetupError `PYTHON_PACKAGE_TOO_OLD`, `OVERLAY_INSTALL_FAILED`,
 * `OVERLAY_INTERRUPTED`, `OVERLAY_UNUSABLE`, `OVERLAY_CACHE_UNWRITABLE`
 */
export async function ensureOverlay(interpreter: Interpreter, io: Io): Promise<string | null> {
  const requirements = io.requirements ?? (await readRequirements())
  const { outdated, missing, specifiers } = plan(requirements, interpreter.distributions)
  if (outdated.length > 0) throw explainOutdated(interpreter, outdated)
  if (missing.length === 0) return null
  const overlay = overlayDirectory(cacheDirectory(io.env), interpreter.abi, specifiers)
  if (isVerified(overlay, specifiers)) return overlay
  const names = Object.keys(requirements)
  const temporary = temporaryDirectory(overlay)
  try {
    await makeDirectories(dirname(overlay))
    await removeLeftovers(overlay)
    await mkdir(temporary)
    await make({ interpreter, overlay, specifiers, names, io }, missing, temporary)
    return overlay
  } catch (error) {
    throw error instanceof SetupError ? error : explainCache(overlay, error as NodeJS.ErrnoException)
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(() => {})
  }
}

/** Node's own `recursive` says ENOENT where a disk is full or read-only. */
async function makeDirectories(path: string): Promise<void> {
  const make = () => mkdir(path).catch(unless('EEXIST'))
  const isMissing = await make().catch(unless('ENOENT'))
  if (isMissing !== 'ENOENT') return
  await makeDirectories(dirname(path))
  await make()
}

/** Passes this error over, and says that it came. */
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
      `they go into ${overlay}, once; its own environment is not changed`,
  )
  const started = Date.now()
  const target = join(temporary, 'overlay')
  const scratch = join(temporary, 'scratch')
  await mkdir(scratch)
  const deadline = io.deadline ?? DEADLINE
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
  const verification = await verify(interpreter, target, names, { env: io.env, scratch })
  if ('problem' in verification) throw explainUnusable(interpreter, specifiers, verification.problem)
  await compile(interpreter, target, io.env)
  await mark(target, specifiers, verification.versions)
}

/** A directory without a marker may have been filled by hand, on the advice of our own error. */
async function adopt(
  { interpreter, overlay, specifiers, names, io }: Work,
  scratch: string,
): Promise<boolean> {
  const verification = await verify(interpreter, overlay, names, { env: io.env, scratch })
  if ('problem' in verification) return false
  await compile(interpreter, overlay, io.env)
  await mark(overlay, specifiers, verification.versions)
  return true
}

/** The rename makes it visible, whole. Another run may have been faster: then its overlay is as good. */
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
