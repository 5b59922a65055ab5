import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pc from 'picocolors'
import { describePassedOver, findInterpreter, type Interpreter } from '../../pool/interpreter/find.ts'
import { readRequirements } from '../../pool/interpreter/requirements.ts'
import { which } from '../../pool/interpreter/which.ts'
import { checkImports } from '../../pool/overlay/checkOverlay.ts'
import { ensureOverlay } from '../../pool/overlay/ensure.ts'
import { explainUnusable } from '../../pool/overlay/overlayErrors.ts'
import { SetupError } from '../../support/errors.ts'
import { onInterrupt } from '../interrupt.ts'
import { describeInterpreter, describeOutside } from './describe.ts'
import { startProgress } from './progress.ts'

export interface SetupRequest {
  /** Interpreter to take, as the option `python`. */
  python?: string | undefined
  /** Installs what the project's own files name, too. */
  project?: boolean | undefined
}

/**
 * Makes everything ready that a first run would have to: interpreter, packages, a worker that answers.
 * Asks nothing, and changes no environment but, with `project`, the project's `.venv`.
 *
 * @throws SetupError the reason why it is not ready
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
      progress.done(`The packages of ${source} are in .venv`)
      python = '.venv/bin/python'
    }
    const interpreter = await findInterpreter({ root, python, env }, { progress: progress.show })
    for (const candidate of interpreter.passedOver)
      progress.warn(`Passed over:${describePassedOver(candidate).slice(3)}`)
    progress.done(describeInterpreter(interpreter))
    if (interpreter.environment === 'none') progress.warn(describeOutside(interpreter))
    progress.show(which('uv', env) ? 'uv is there and is used' : 'uv is not on PATH: pip is used')
    const overlay = await ensureOverlay(interpreter, { env, root, signal, progress: progress.show })
    progress.show('Importing what the workers import …')
    progress.done(await importAll(interpreter, overlay))
    stopIfInterrupted(signal)
    progress.show('Starting a worker …')
    const { tryOut } = await import('./tryOut.ts')
    const took = await tryOut({ ...interpreter, overlay })
    stopIfInterrupted(signal)
    progress.done(`A worker answered a gRPC call after ${(took / 1000).toFixed(1)} s, and no process is left`)
  } finally {
    progress.end()
    interrupt.end()
  }
  console.log(pc.green('Python is ready.'))
}

function stopIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw new SetupError('INTERRUPTED', 'Interrupted; nothing is left half-made.')
}

/** Imports everything as a worker does; returns what it found. */
async function importAll(interpreter: Interpreter, overlay: string | null): Promise<string> {
  const names = Object.keys(await readRequirements())
  const scratch = mkdtempSync(join(tmpdir(), 'vitest-python-setup-'))
  try {
    const verified = await checkImports(interpreter, overlay ?? scratch, names, { env: process.env, scratch })
    if ('problem' in verified) throw explainUnusable(interpreter, names, verified.problem)
    const versions = Object.entries(verified.versions).map(([name, version]) => `${name} ${version}`)
    return `Importable: ${versions.join(', ')}; ${overlay ? `from ${overlay}` : 'all of it in its own environment'}`
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
