import { DEBUG_VARIABLE, debugRequest } from '../../../globalSetup/debug/debugRequest.ts'
import { findPackage } from '../../../pool/interpreter/findPackage.ts'
import { type Check, ok, problem } from './check.ts'
import { interpreterOf } from './interpreter.ts'

export interface DebuggerFacts {
  /** Whether the environment asks for a debugger. */
  wanted: boolean
  /** The version of debugpy. */
  version: string | undefined
  /** The project's interpreter. */
  executable: string
}

/** Shown if debugpy is installed or asked for. */
export const debuggerCheck: Check<DebuggerFacts> = {
  name: 'debugger',
  async gather(cwd) {
    const interpreter = await interpreterOf(cwd)
    const executable = 'missing' in interpreter ? 'python' : interpreter.executable
    const version =
      'missing' in interpreter ? undefined : await findPackage('debugpy', executable, cwd, process.env)
    const wanted = debugRequest(undefined, process.env[DEBUG_VARIABLE], 'off') !== undefined
    return { wanted, version, executable }
  },
  applies: ({ wanted, version }) => wanted || version !== undefined,
  judge({ version, executable }) {
    if (version !== undefined) return ok(`debugpy ${version}`)
    return problem('debugpy is not installed', `${executable} -m pip install debugpy`)
  },
}
