import { join } from 'node:path'
import { SetupError } from '../../support/errors.ts'

/** What lies in a project's root, and what there is to install it with. */
export interface ProjectFacts {
  root: string
  /** Names of the files in the root. */
  files: ReadonlySet<string>
  /** Path of uv, where it is on PATH. */
  uv: string | undefined
  /** The interpreter that a new `.venv` is made of. */
  base: string
  hasEnvironment: boolean
}

/** How a project's own packages come into its `.venv`. */
export interface ProjectPlan {
  /** The file that names them. */
  source: string
  /** What the user has to know about that choice. */
  note: string
  /** Makes `.venv`; empty where there is one, or where the installer makes it. */
  make: string[]
  install: string[]
}

const PIP = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check']

/** pip cannot read the dependencies of a project that it does not build; tomllib is there from Python 3.11 on. */
const PIP_PYPROJECT = `
import subprocess, sys
try: import tomllib
except ImportError: from pip._vendor import tomli as tomllib
with open('pyproject.toml', 'rb') as file: names = tomllib.load(file).get('project', {}).get('dependencies', [])
if names: sys.exit(subprocess.call([sys.executable, ${PIP.map((word) => `'${word}'`).join(', ')}, *names]))
`

/**
 * Decides how: `uv.lock` before `requirements.txt` before the dependencies of `pyproject.toml`, with uv where it is there.
 *
 * @throws SetupError PROJECT_EMPTY where none of them is there
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
  const note = files.has('uv.lock') ? 'uv.lock is not heeded, because uv is not on PATH' : ''
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
    `${root} has no uv.lock, requirements.txt or pyproject.toml, so there is nothing that --project could install. ` +
      'Write one of them, or leave --project out.',
  )
}
