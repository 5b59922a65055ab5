import { existsSync, readlinkSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { isExecutable, which } from './which.ts'

/** Why a command has no path. */
export const NOT_ON_PATH = 'is not on PATH'

export interface Search {
  /** The project's root. Relative paths start here, and so does the search upwards for `.venv` and `uv.lock`. */
  root: string
  /** The option `python`: a path or a command. */
  python?: string | undefined
  env: NodeJS.ProcessEnv
}

/** An interpreter that may be the project's. It has not been started yet. */
export interface Candidate {
  /** As the user would name it: a path or a command. */
  name: string
  /** Where it comes from, for messages. */
  source: string
  /** Whether the user has named it. If it cannot be used, no other one is tried. */
  explicit: boolean
  /** The command that runs it; `uv run …` has several words. Empty if it cannot be run for the reason in `absence`. */
  command: string[]
  absence?: string
  /** Whether its start may take as long as an installation. */
  slow?: boolean
}

/** All interpreters to try, best first. If the user has named one, it is the only candidate. */
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
  // conda activates its base environment in every shell, which says nothing about this project.
  if (CONDA_PREFIX && CONDA_DEFAULT_ENV !== 'base' && CONDA_DEFAULT_ENV !== 'root')
    found.push(at(join(CONDA_PREFIX, 'bin/python'), 'active conda environment', false))
  return found
}

function projectEnvironment(root: string): Candidate[] {
  const directory = upwards(root, '.venv')
  return directory ? [at(join(directory, '.venv/bin/python'), `.venv in ${directory}`, false)] : []
}

/**
 * `--frozen`, because a test run must not rewrite uv.lock. If there is a `.venv` beside uv.lock, uv is not used: it would
 * replace that environment, or find the same one.
 */
function uvRun(root: string, env: NodeJS.ProcessEnv): Candidate[] {
  const directory = upwards(root, 'uv.lock')
  if (!directory || existsIncludingBroken(join(directory, '.venv'))) return []
  const uv = which('uv', env)
  const shared = { name: 'uv run', source: `uv run (uv.lock in ${directory})`, explicit: false }
  if (!uv) return [{ ...shared, command: [], absence: 'cannot be used: uv is not on PATH' }]
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
  if (missing) return `is a symbolic link to ${missing}, which does not exist`
  if (!existsSync(path)) return 'does not exist'
  if (!statSync(path).isDirectory()) return 'is not executable'
  const inside = join(path, 'bin/python')
  return `is a directory${isExecutable(inside) ? `; did you mean ${inside}?` : ''}`
}

/** The end of a chain of symbolic links, if it does not exist. */
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
