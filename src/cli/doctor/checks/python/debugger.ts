import { DEBUG_VARIABLE, debugRequest } from '../../../../globalSetup/debug/debugRequest.ts'
import { type FoundPackage, findPackage } from '../../../../pool/interpreter/findPackage.ts'
import { type Check, ok, problem } from '../check.ts'
import { interpreterOf } from './interpreter.ts'

export interface DebuggerFacts {
  /** Whether the environment asks for a debugger. */
  wanted: boolean
  debugpy: FoundPackage
  /** The project's interpreter. */
  executable: string
}

/** Shown if debugpy is installed or asked for. */
export const debuggerCheck: Check<DebuggerFacts> = {
  name: 'debugger',
  async gather(cwd) {
    const interpreter = await interpreterOf(cwd)
    const executable = 'missing' in interpreter ? 'python' : interpreter.executable
    const debugpy = 'missing' in interpreter ? {} : await findPackage('debugpy', executable, cwd, process.env)
    const wanted = debugRequest(undefined, process.env[DEBUG_VARIABLE], 'off') !== undefined
    return { wanted, debugpy, executable }
  },
  applies: ({ wanted, debugpy }) => wanted || debugpy.version !== undefined || debugpy.failure !== undefined,
  judge({ debugpy: { version, failure }, executable }) {
    if (version !== undefined) return ok(`debugpy ${version}`)
    if (failure) return problem(`debugpy cannot be imported: ${failure}`, `${executable} -c 'import debugpy'`)
    return problem('debugpy is not installed', `${executable} -m pip install debugpy`)
  },
}
