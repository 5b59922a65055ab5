import { lastLines } from './command/lastLines.ts'
import { runCommand } from './command/runCommand.ts'

const TIMEOUT_MS = 15_000
/** `-c` puts the working directory on sys.path; the script removes it, so a file of the project is not found. */
const SCRIPT = `
import sys
if sys.path and sys.path[0] == '': del sys.path[0]
import importlib, importlib.util
name = sys.argv[1]
if importlib.util.find_spec(name) is None: raise SystemExit(print('MISSING'))
print('FOUND ' + importlib.import_module(name).__version__)
`

/** A package of an interpreter: neither `version` nor `failure` if it's missing. */
export interface FoundPackage {
  readonly version?: string
  /** Why it can't be imported, with the last lines that Python printed. */
  readonly failure?: string
}

/** Imports a package to learn its version. */
export async function findPackage(
  name: string,
  executable: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<FoundPackage> {
  const limits = { cwd, env, deadline: TIMEOUT_MS }
  const { stdout, stderr, failure } = await runCommand([executable, '-c', SCRIPT, name], limits)
  const version = /^FOUND (\S+)/m.exec(stdout)?.[1]
  if (version !== undefined) return { version }
  if (/^MISSING$/m.test(stdout)) return {}
  return { failure: [`the import ${failure}`, ...lastLines(stderr, 5)].join('\n') }
}
