import { readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { lastLines } from '../../pool/interpreter/command/lastLines.ts'
import { runCommand } from '../../pool/interpreter/command/runCommand.ts'
import { findInterpreter, type Interpreter } from '../../pool/interpreter/find.ts'
import { which } from '../../pool/interpreter/which.ts'
import { explainCause } from '../../pool/overlay/cause.ts'
import { installerEnvironment } from '../../pool/overlay/installers.ts'
import { quote } from '../../pool/overlay/quote.ts'
import { SetupError } from '../../support/errors.ts'
import { exclusively } from './exclusive.ts'
import { type ProjectPlan, planProject } from './projectPlan.ts'

const INSTALL_TIMEOUT_MS = 1_800_000

export interface ProjectJob {
  root: string
  /** The option `--python`. */
  python: string | undefined
  env: NodeJS.ProcessEnv
  signal: AbortSignal
  progress(line: string): void
}

/**
 * Installs the packages that the project's own files name into its `.venv`, which is created if necessary. Changes no
 * other environment.
 *
 * @returns the file that names the packages
 * @throws SetupError PROJECT_EMPTY, PROJECT_ENVIRONMENT_UNUSABLE, PROJECT_INSTALL_FAILED, PROJECT_BUSY, INTERRUPTED
 */
export async function installProject(job: ProjectJob): Promise<string> {
  const subject = join(job.root, '.venv')
  const waiting = () => job.progress(`Waiting for another process that is working on ${subject} …`)
  return exclusively(subject, { timeout: INSTALL_TIMEOUT_MS, signal: job.signal, waiting }, async () => {
    const files = new Set(readdirSync(job.root))
    const hasEnvironment = files.has('.venv')
    if (hasEnvironment) await checkEnvironment(job)
    const uv = which('uv', job.env)
    const base = hasEnvironment || (uv && files.has('uv.lock')) ? '' : (await baseOf(job)).executable
    const plan = planProject({ root: job.root, files, uv, base, hasEnvironment })
    if (plan.note) job.progress(plan.note)
    await carryOut(plan, job, hasEnvironment)
    await checkEnvironment(job)
    return plan.source
  })
}

/** Throws if `.venv` is not an environment of its own: an installation into a link would change the system's Python. */
async function checkEnvironment({ root, env }: ProjectJob): Promise<void> {
  const python = join(root, '.venv/bin/python')
  const refuse = (why: string): never => {
    throw new SetupError(
      'PROJECT_ENVIRONMENT_UNUSABLE',
      `Cannot install into ${join(root, '.venv')}: ${why}. Remove it and run this again to recreate it.`,
    )
  }
  const found = await findInterpreter({ root, python, env }).catch((error: Error) => refuse(error.message))
  if (found.environment === 'none')
    refuse("it is not a virtual environment, so the system's Python would be changed")
}

function baseOf({ root, python, env, progress }: ProjectJob): Promise<Interpreter> {
  return findInterpreter({ root, python, env }, { progress })
}

/** If an installation fails, removes the `.venv` that it created: every later run would find an incomplete one. */
async function carryOut(plan: ProjectPlan, job: ProjectJob, hadEnvironment: boolean): Promise<void> {
  try {
    for (const command of [plan.make, plan.install].filter((words) => words.length > 0)) {
      job.progress(`${quote(command.slice(0, 4))} … (${plan.source} into .venv)`)
      await execute(command, job)
    }
  } catch (error) {
    if (!hadEnvironment) await rm(join(job.root, '.venv'), { recursive: true, force: true })
    throw error
  }
}

async function execute(command: string[], { root, env, signal }: ProjectJob): Promise<void> {
  const { VIRTUAL_ENV, CONDA_PREFIX, ...kept } = installerEnvironment(env)
  const own = { ...kept, UV_PROJECT_ENVIRONMENT: '.venv' }
  const outcome = await runCommand(command, { cwd: root, env: own, deadline: INSTALL_TIMEOUT_MS, signal })
  if (outcome.ok) return
  if (signal.aborted || outcome.interrupted)
    throw new SetupError('INTERRUPTED', 'Interrupted. An incomplete .venv is removed.')
  const output = `${outcome.stdout}\n${outcome.stderr}`
  const cause = explainCause(output, root)
  throw new SetupError(
    'PROJECT_INSTALL_FAILED',
    `The project's own packages could not be installed: ${quote(command)} ${outcome.failure}.${cause && `\n${cause}`}\n` +
      `${lastLines(output, 12).join('\n').replace(/^/gm, '  | ')}${adviseTools(output)}`,
  )
}

function adviseTools(output: string): string {
  if (!/No module named '?(pip|venv|ensurepip)\b|ensurepip is not available/.test(output)) return ''
  return '\nWhat to do: install uv, or pip and venv for this Python (Debian and Ubuntu: apt install python3-pip python3-venv).'
}
