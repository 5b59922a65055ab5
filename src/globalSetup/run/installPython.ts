import { describeSkipped, findInterpreter } from '../../pool/interpreter/find.ts'
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
  refuseArchive()
  const interpreter = await findInterpreter({ root, python, env: process.env }, { progress, signal })
  for (const candidate of interpreter.skipped) progress(describeSkipped(candidate))
  const overlay = await ensureOverlay(interpreter, { env: process.env, progress, root, signal })
  const installation = { executable: interpreter.executable, version: interpreter.version, overlay }
  notePrepared(root, python, installation)
  return installation
}
