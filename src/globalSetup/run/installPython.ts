import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import {
  describeSkipped,
  type FindOptions,
  findInterpreter,
  type Interpreter,
} from '../../pool/interpreter/find.ts'
import { ProbeCache } from '../../pool/interpreter/probe/probeCache.ts'
import { cacheDirectory } from '../../pool/overlay/directory.ts'
import { ensureOverlay } from '../../pool/overlay/ensure.ts'
import type { PythonInstallation } from '../../pool/python/forkserver.ts'
import { refuseArchive } from './archive.ts'
import { progress } from './output.ts'
import { notePrepared } from './prepared.ts'

/**
 * Finds the project's interpreter and installs the packages that it lacks, with progress.
 *
 * @throws SetupError PACKAGE_IN_ARCHIVE, or the reason why there is no usable interpreter or package
 */
export async function installPython(
  root: string,
  python: string | undefined,
  signal: AbortSignal,
): Promise<PythonInstallation> {
  return install(await find(root, python, signal), root, python, signal)
}

/** As `installPython`, but trusts the answers that interpreters have given to earlier runs. */
export async function installPythonCached(
  root: string,
  python: string | undefined,
  signal: AbortSignal,
): Promise<PythonInstallation> {
  const cache = new ProbeCache(join(cacheDirectory(process.env), 'interpreters'))
  const cached = await find(root, python, signal, { cache })
  if (!cached.isCached) return install(cached, root, python, signal)
  /** Installs for the interpreter as it is, if the cache was wrong about it. */
  const recheck = async () => {
    const { isCached, ...known } = cached
    const right = await find(root, python, signal, { cache, isRecheck: true })
    return isDeepStrictEqual(right, known) ? undefined : install(right, root, python, signal)
  }
  try {
    return { ...(await install(cached, root, python, signal)), recheck }
  } catch (error) {
    const installation = signal.aborted ? undefined : await recheck()
    if (!installation) throw error
    return installation
  }
}

async function find(
  root: string,
  python: string | undefined,
  signal: AbortSignal,
  options: Pick<FindOptions, 'cache' | 'isRecheck'> = {},
): Promise<Interpreter> {
  refuseArchive()
  return findInterpreter({ root, python, env: process.env }, { progress, signal, ...options })
}

async function install(
  interpreter: Interpreter,
  root: string,
  python: string | undefined,
  signal: AbortSignal,
): Promise<PythonInstallation> {
  for (const candidate of interpreter.skipped) progress(describeSkipped(candidate))
  const overlay = await ensureOverlay(interpreter, { env: process.env, progress, root, signal })
  const { executable, version, prefix } = interpreter
  notePrepared(root, python, { executable, version, overlay })
  return { executable, version, overlay, prefix }
}
