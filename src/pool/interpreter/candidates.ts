import { existsSync, readlinkSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { isExecutable, which } from './which.ts'

/** Why a command has no path. */
export const NOT_ON_PATH = 'is not on PATH'

export interface Search {
  /** The project's root: relative paths start here, and `.venv` and `uv.lock` are looked for from here upwards. */
  root: string
  /** The option `python`: a path or a command. */
  python?: string | undefined
  env: NodeJS.ProcessEnv
}

/** An interpreter that may be the user's, before anybody has asked it. */
export interface Candidate {
  /** As the user would name it: a path or a command. */
  name: string
  /** Where it comes from, for humans. */
  source: string
  /** Named by the user for this purpose: if it does not do, no other one is taken in its place. */
  explicit: boolean
  /** What runs it; `uv run …` has several words. Empty where `absence` says why there is nothing to run. */
  command: string[]
  absence?: string
  /** Preparing the environment may take as long as an installation. */
  slow?: boolean
}

/** All interpreters to ask, best first: one alone where the user has named it. */
export function candidates({ root, python, env }: Search): Candidate[] {
  if (python) return [named(python, 'option `python`', root, env)]
  if (env['VITEST_PYTHON']) return [named(env['VITEST_PYTHON'], 'VITEST_PYTHON', root, env)]
  return [
    ...active(env),
    ...projectEnvironment(root),
    ...uvRun(root, env),
    onPath('python3', env),
    onPath('python', env),
  ]
}

function named(name: string, source: string, root: string, env: NodeJS.ProcessEnv): Candidate {
  if (!name.includes('/')) return { ...onPath(name, env), source, explicit: true }
  const path = resolve(root, name.replace(/^~(?=\/)/, env['HOME'] ?? homedir()))
  return at(path, source, true)
}

function active(env: NodeJS.ProcessEnv): Candidate[] {
  const { VIRTUAL_ENV, CONDA_PREFIX, CONDA_DEFAULT_ENV } = env
  const found: Candidate[] = []
  if (VIRTUAL_ENV) found.push(at(join(VIRTUAL_ENV, 'bin/python'), 'active virtual environment', false))
  // conda activates its base in every shell: that says nothing about this project.
  if (CONDA_PREFIX && CONDA_DEFAULT_ENV !== 'base' && CONDA_DEFAULT_ENV !== 'root')
    found.push(at(join(CONDA_PREFIX, 'bin/python'), 'active conda environment', false))
  return found
}

function projectEnvironment(root: string): Candidate[] {
  const directory = upwards(root, '.venv')
  return directory ? [at(join(directory, '.venv/bin/python'), `.venv in ${directory}`, false)] : []
}

/** `--frozen`: a test run must not rewrite uv.lock. Where a `.venv` lies beside it, uv would only replace or repeat that. */
function uvRun(root: string, env: NodeJS.ProcessEnv): Candidate[] {
  const directory = upwards(root, 'uv.lock')
  if (!directory || existsIncludingBroken(join(directory, '.venv'))) return []
  const uv = which('uv', env)
  const shared = { name: 'uv run', source: `uv run (uv.lock in ${directory})`, explicit: false }
  if (!uv) return [{ ...shared, command: [], absence: 'cannot be asked: uv is not on PATH' }]
  return [{ ...shared, command: [uv, 'run', '--frozen', '--no-progress', 'python'], slow: true }]
}

function onPath(name: string, env: NodeJS.ProcessEnv): Candidate {
  const path = which(name, env)
  const shared = { name, source: `${name} on PATH`, explicit: false }
  return path ? { ...shared, command: [path] } : { ...shared, command: [], absence: NOT_ON_PATH }
}

function at(path: string, source: string, explicit: boolean): Candidate {
  const shared = { name: path, source, explicit }
  const absence = whyNotRunnable(path)
  return absence ? { ...shared, command: [], absence } : { ...shared, command: [path] }
}

function whyNotRunnable(path: string): string | undefined {
  if (isExecutable(path)) return undefined
  const missing = danglingTarget(path)
  if (missing) return `is a symbolic link to ${missing}, which does not exist (any more)`
  if (!existsSync(path)) return 'does not exist'
  if (!statSync(path).isDirectory()) return 'is not executable'
  const inside = join(path, 'bin/python')
  return `is a directory${isExecutable(inside) ? `; did you mean ${inside}?` : ''}`
}

/** What a chain of symbolic links ends in, where that is not there. */
function danglingTarget(path: string, hops = 0): string | undefined {
  try {
    const target = resolve(dirname(path), readlinkSync(path))
    return hops > 40 ? target : danglingTarget(target, hops + 1)
  } catch {
    return hops > 0 && !existsSync(path) ? path : undefined
  }
}

function existsIncludingBroken(path: string): boolean {
  return existsSync(path) || danglingTarget(path) !== undefined
}

/** The nearest directory, from `start` upwards, that holds `name`. */
function upwards(start: string, name: string): string | undefined {
  if (existsIncludingBroken(join(start, name))) return start
  const parent = dirname(start)
  return parent === start ? undefined : upwards(parent, name)
}
