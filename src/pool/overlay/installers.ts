import { join } from 'node:path'
import { which } from '../interpreter/which.ts'

export interface Job {
  executable: string
  /** A file that lists packages and the hashes of their wheels. */
  requirements: string
  /** The directory to install into. */
  target: string
}

export interface Installer {
  name: 'uv' | 'pip' | 'pip of a temporary virtual environment'
  /** Run one after the other, until one fails. */
  commands: string[][]
}

/**
 * Files with known hashes only, so an index cannot slip in others. Wheels only: building grpcio from source needs a
 * compiler, takes more than ten minutes, and often fails. No dependencies, because the lock has all of them.
 */
const LOCKED = ['--require-hashes', '--only-binary', ':all:', '--no-deps']
const PIP_OPTIONS = ['--no-input', '--disable-pip-version-check', '--no-compile']

/** The installers, in the order in which they are tried. `scratch` is a directory that is removed afterwards. */
export function installers(job: Job, scratch: string, env: NodeJS.ProcessEnv): Installer[] {
  const uv = which('uv', env)
  const venv = join(scratch, 'venv')
  return [
    ...(uv ? [{ name: 'uv' as const, commands: [uvCommand(uv, job)] }] : []),
    { name: 'pip', commands: [pipCommand(job.executable, job)] },
    {
      name: 'pip of a temporary virtual environment',
      commands: [[job.executable, '-m', 'venv', venv], pipCommand(join(venv, 'bin', 'python'), job)],
    },
  ]
}

/** With `--link-mode copy`: an overlay of symbolic links would break after `uv cache clean`. */
function uvCommand(uv: string, { executable, target, requirements }: Job): string[] {
  const options = ['--no-progress', '--link-mode', 'copy', ...LOCKED, '-r', requirements]
  return [uv, 'pip', 'install', '--python', executable, '--target', target, ...options]
}

function pipCommand(python: string, { target, requirements }: Job): string[] {
  return [python, '-m', 'pip', 'install', '--target', target, ...PIP_OPTIONS, ...LOCKED, '-r', requirements]
}

/** The command that fills `target` by hand. */
export function manualCommand(job: Job, env: NodeJS.ProcessEnv): string[] {
  const uv = which('uv', env)
  const start = uv
    ? ['uv', 'pip', 'install', '--python', job.executable]
    : [job.executable, '-m', 'pip', 'install']
  return [...start, '--target', job.target, ...LOCKED, '-r', job.requirements]
}

/** Keeps the user's settings of pip and uv, except those that contradict `--target` or select another Python. */
export function installerEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const {
    PYTHONPATH,
    PYTHONPYCACHEPREFIX,
    PIP_TARGET,
    PIP_PREFIX,
    PIP_ROOT,
    PIP_PYTHON,
    UV_SYSTEM_PYTHON,
    ...kept
  } = env
  return { ...kept, PIP_USER: '0', PIP_REQUIRE_VIRTUALENV: '0', NO_COLOR: '1' }
}
