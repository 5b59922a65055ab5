import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pc from 'picocolors'
import { describeSkipped, findInterpreter, type Interpreter } from '../../pool/interpreter/find.ts'
import { readRequirements } from '../../pool/interpreter/requirements.ts'
import { which } from '../../pool/interpreter/which.ts'
import { checkImports } from '../../pool/overlay/checkOverlay.ts'
import { ensureOverlay } from '../../pool/overlay/ensure.ts'
import { explainUnusable } from '../../pool/overlay/overlayErrors.ts'
import { SetupError } from '../../support/errors.ts'
import { seconds } from '../../support/text/seconds.ts'
import { onInterrupt } from '../interrupt.ts'
import { print } from '../print.ts'
import { describeInterpreter, describeOutside } from './describe.ts'
import { startProgress } from './progress.ts'
import { requireRay } from './requireRay.ts'

export interface SetupRequest {
  /** Interpreter to use, like the option `python`. */
  python?: string | undefined
  /** Also installs the packages that the project's own files name. */
  project?: boolean | undefined
}

/**
 * Does the work of a first run ahead of time: finds the interpreter, installs packages, and tests a worker. Never
 * prompts. Changes no environment except, with `project`, the project's `.venv`.
 *
 * @throws SetupError if Python cannot be made ready
 */
export async function setup(request: SetupRequest, root = process.cwd()): Promise<void> {
  const interrupt = onInterrupt()
  const progress = startProgress(process.stderr)
  try {
    const { env } = process
    const { signal } = interrupt
    let { python } = request
    if (request.project) {
      const { installProject } = await import('./installProject.ts')
      const source = await installProject({ root, python, env, signal, progress: progress.show })
      progress.done(`Installed the packages of ${source} into .venv`)
      python = '.venv/bin/python'
    }
    const interpreter = await findInterpreter({ root, python, env }, { progress: progress.show })
    for (const candidate of interpreter.skipped)
      progress.warn(`Skipped:${describeSkipped(candidate).slice(3)}`)
    progress.done(describeInterpreter(interpreter))
    if (interpreter.environment === 'none') progress.warn(describeOutside(interpreter))
    progress.show('Reading the configuration …')
    const ray = await requireRay(root, interpreter, progress.warn)
    if (ray) progress.done(ray)
    stopIfInterrupted(signal)
    progress.show(which('uv', env) ? 'Using uv' : 'Using pip, because uv is not on PATH')
    const overlay = await ensureOverlay(interpreter, { env, root, signal, progress: progress.show })
    progress.show("Importing the workers' packages …")
    progress.done(await importAll(interpreter, overlay))
    stopIfInterrupted(signal)
    progress.show('Starting a worker …')
    const { tryOut } = await import('./tryOut.ts')
    const took = await tryOut({ ...interpreter, overlay })
    stopIfInterrupted(signal)
    progress.done(`A worker answered a gRPC call after ${seconds(took)}, and no process is left`)
  } finally {
    progress.end()
    interrupt.end()
  }
  print(pc.green('Python is ready.'))
}

function stopIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw new SetupError('INTERRUPTED', 'Interrupted. No incomplete installation is left.')
}

/** Imports the packages as a worker does. Returns their versions as text. */
async function importAll(interpreter: Interpreter, overlay: string | null): Promise<string> {
  const names = Object.keys(readRequirements())
  const scratch = mkdtempSync(join(tmpdir(), 'vitest-python-setup-'))
  try {
    const verified = await checkImports(interpreter, overlay ?? scratch, names, { env: process.env, scratch })
    if ('problem' in verified) throw explainUnusable(interpreter, names, verified.problem)
    const versions = Object.entries(verified.versions).map(([name, version]) => `${name} ${version}`)
    return `Importable: ${versions.join(', ')}; ${overlay ? `from ${overlay}` : "all from the interpreter's own environment"}`
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
