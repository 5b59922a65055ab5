import { join } from 'node:path'
import { SetupError } from '../../support/errors.ts'

/** The files in a project's root, and the available installers. */
export interface ProjectFacts {
  root: string
  /** Names of the files in the root. */
  files: ReadonlySet<string>
  /** Path of uv, if it is on PATH. */
  uv: string | undefined
  /** The interpreter for a new `.venv`. */
  base: string
  hasEnvironment: boolean
}

/** How to install a project's own packages into its `.venv`. */
export interface ProjectPlan {
  /** The file that names the packages. */
  source: string
  /** A remark about that choice, for the user. */
  note: string
  /** Creates `.venv`; empty if it exists, or if the installer creates it. */
  make: string[]
  install: string[]
}

const PIP = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check']

/** pip cannot read a project's dependencies without building it. tomllib exists from Python 3.11 on. */
const PIP_PYPROJECT = `
import subprocess, sys
try: import tomllib
except ImportError: from pip._vendor import tomli as tomllib
with open('pyproject.toml', 'rb') as file: names = tomllib.load(file).get('project', {}).get('dependencies', [])
if names: sys.exit(subprocess.call([sys.executable, ${PIP.map((word) => `'${word}'`).join(', ')}, *names]))
`

/**
 * Chooses `uv.lock`, else `requirements.txt`, else the dependencies of `pyproject.toml`. Uses uv if it is installed.
 *
 * @throws SetupError PROJECT_EMPTY if the project has none of these files
 */
export function planProject(facts: ProjectFacts): ProjectPlan {
  const { root, files, uv, base, hasEnvironment } = facts
  const python = join(root, '.venv/bin/python')
  const venv = uv ? [uv, 'venv', '--no-progress', '--python', base, '.venv'] : [base, '-m', 'venv', '.venv']
  const make = hasEnvironment ? [] : venv
  const plan = (source: string, uvWords: string[], words: string[], note = ''): ProjectPlan => {
    return { source, note, make, install: uv ? [uv, 'pip', 'install', ...uvWords] : [python, ...words] }
  }
  const uvOptions = ['--no-progress', '--python', python, '--requirement']
  if (files.has('uv.lock') && uv)
    return {
      source: 'uv.lock',
      note: '',
      make: [],
      install: [uv, 'sync', '--frozen', '--inexact', '--no-progress'],
    }
  const note = files.has('uv.lock') ? 'uv.lock is ignored, because uv is not on PATH' : ''
  if (files.has('requirements.txt'))
    return plan(
      'requirements.txt',
      [...uvOptions, 'requirements.txt'],
      [...PIP, '--requirement', 'requirements.txt'],
      note,
    )
  if (files.has('pyproject.toml'))
    return plan('pyproject.toml', [...uvOptions, 'pyproject.toml'], ['-c', PIP_PYPROJECT], note)
  throw new SetupError(
    'PROJECT_EMPTY',
    `${root} has no uv.lock, requirements.txt or pyproject.toml, so --project has nothing to install. ` +
      'Add one of them, or omit --project.',
  )
}
