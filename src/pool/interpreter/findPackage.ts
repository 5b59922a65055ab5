import { runCommand } from './runCommand.ts'

const TIMEOUT_MS = 15_000
/** `-c` puts the working directory on sys.path; the script removes it, so a file of the project is not found. */
const SCRIPT = `
import sys
if sys.path and sys.path[0] == '': del sys.path[0]
import importlib, importlib.util
name = sys.argv[1]
if importlib.util.find_spec(name) is None: raise SystemExit(3)
print('FOUND ' + importlib.import_module(name).__version__)
`

/** The version of a package that an interpreter imports; `undefined` if it has none. */
export async function findPackage(
  name: string,
  executable: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const { stdout } = await runCommand([executable, '-c', SCRIPT, name], { cwd, env, deadline: TIMEOUT_MS })
  return /^FOUND (\S+)/m.exec(stdout)?.[1]
}
