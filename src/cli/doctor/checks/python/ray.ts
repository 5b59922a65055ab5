import { resolvePools } from '../../../../options/options.ts'
import { type FoundPackage, findPackage } from '../../../../pool/interpreter/findPackage.ts'
import { compareVersions } from '../../../../pool/interpreter/version.ts'
import { type Check, ok, problem } from '../check.ts'
import { configurationOf } from '../configuration.ts'
import { type InterpreterFacts, interpreterOf } from './interpreter.ts'

export interface RayFacts {
  /** Whether a pool of the project is on a cluster. */
  wanted: boolean
  ray: FoundPackage
  /** The interpreter, and its version. */
  executable: string
  python: string
}

/** The oldest version of Ray that can be used. */
const OLDEST = '2.40'

/** Looks for Ray if a pool of the project is on a cluster. @throws SetupError OPTIONS_INVALID */
export async function rayOf(cwd: string, interpreter: InterpreterFacts): Promise<RayFacts> {
  const { projects } = await configurationOf(cwd)
  const pools = projects.flatMap(({ options }) => Object.values(resolvePools(options)))
  const wanted = pools.some(({ cluster }) => cluster !== undefined)
  if (!wanted || 'missing' in interpreter) return { wanted, ray: {}, executable: 'python', python: '' }
  const { executable, version } = interpreter
  return { wanted, ray: await findPackage('ray', executable, cwd, process.env), executable, python: version }
}

/** Shown if the option `cluster` is set. */
export const rayCheck: Check<RayFacts> = {
  name: 'ray',
  gather: async (cwd) => rayOf(cwd, await interpreterOf(cwd)),
  applies: ({ wanted }) => wanted,
  judge({ ray: { version, failure }, executable, python }) {
    if (failure) return problem(`Ray cannot be imported: ${failure}`, `${executable} -c 'import ray'`)
    if (version === undefined)
      return problem(
        'the option cluster needs Ray, and it is not installed',
        `install the version of the cluster, as in ${executable} -m pip install ray==2.60.0`,
      )
    if (compareVersions(version, OLDEST) < 0)
      return problem(`Ray ${version}`, `${OLDEST} or newer is needed, here and in the cluster`)
    return ok(`Ray ${version} on Python ${python}; the cluster must have the same versions`)
  },
}
