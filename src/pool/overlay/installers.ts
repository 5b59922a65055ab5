import { join } from 'node:path'
import { which } from '../interpreter/which.ts'

export interface Job {
  executable: string
  specifiers: string[]
  /** The directory that the distributions go into. */
  target: string
}

export interface Installer {
  name: 'uv' | 'pip' | 'pip of a temporary virtual environment'
  /** Run one after the other, to the first that fails. */
  commands: string[][]
}

/** Wheels only: grpcio from source takes a compiler and more than ten minutes, and then fails all the same. */
const PIP_OPTIONS = ['--no-input', '--disable-pip-version-check', '--no-compile', '--only-binary', ':all:']

/** The installers to try, in this order. `scratch` is a directory that is removed afterwards. */
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

/** Copies, since `UV_LINK_MODE=symlink` would leave an overlay that `uv cache clean` breaks. */
function uvCommand(uv: string, { executable, target, specifiers }: Job): string[] {
  const options = ['--no-progress', '--link-mode', 'copy', '--only-binary', ':all:']
  return [uv, 'pip', 'install', '--python', executable, '--target', target, ...options, ...specifiers]
}

function pipCommand(python: string, { target, specifiers }: Job): string[] {
  return [python, '-m', 'pip', 'install', '--target', target, ...PIP_OPTIONS, ...specifiers]
}

/** What a user types to fill `target` by hand. */
export function manualCommand(job: Job, env: NodeJS.ProcessEnv): string[] {
  const uv = which('uv', env)
  const start = uv
    ? ['uv', 'pip', 'install', '--python', job.executable]
    : [job.executable, '-m', 'pip', 'install']
  return [...start, '--target', job.target, ...job.specifiers]
}

/** The user's settings of the installers stay, but for those that contradict `--target` or lead into another Python. */
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
