import { findInterpreter } from '../pool/interpreter/find.ts'
import { ensureOverlay } from '../pool/overlay/ensure.ts'
import type { PythonInstallation } from '../pool/forkserver.ts'
import { announce } from './output.ts'

/** Finds the project's interpreter and provides what it lacks, with progress. */
export async function installPython(root: string, python: string | undefined): Promise<PythonInstallation> {
  const interpreter = await findInterpreter({ root, python, env: process.env })
  const overlay = await ensureOverlay(interpreter, { env: process.env, progress: announce })
  return { executable: interpreter.executable, version: interpreter.version, overlay }
}
