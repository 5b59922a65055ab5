import { runCommand } from '../interpreter/runCommand.ts'

const TIMEOUT_MS = 15_000
/** `-c` puts the working directory on sys.path; the script removes it, so a `debugpy.py` of the project is not found. */
const SCRIPT = `
import sys
if sys.path and sys.path[0] == '': del sys.path[0]
import importlib.util
if importlib.util.find_spec('debugpy') is None: raise SystemExit(3)
import debugpy
print('DEBUGPY ' + debugpy.__version__)
`

/** The version of debugpy that an interpreter imports; `undefined` if it has none. */
export async function findDebugpy(
  executable: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const { stdout } = await runCommand([executable, '-c', SCRIPT], { cwd, env, deadline: TIMEOUT_MS })
  return /^DEBUGPY (\S+)/m.exec(stdout)?.[1]
}
