import { resolvePools } from '../../../../options/options.ts'
import { type FoundPackage, findPackage } from '../../../../pool/interpreter/findPackage.ts'
import { compareVersions } from '../../../../pool/interpreter/version.ts'
import { type Check, ok, problem } from '../check.ts'
import { configurationOf } from '../configuration.ts'
import { interpreterOf } from './interpreter.ts'

export interface RayFacts {
  /** Whether a pool of the project is on a cluster. */
  wanted: boolean
  ray: FoundPackage
  /** The project's interpreter. */
  executable: string
}

/** The oldest version of Ray that can be used. */
const OLDEST = '2.40'

/** Shown if the option `cluster` is set. */
export const rayCheck: Check<RayFacts> = {
  name: 'ray',
  async gather(cwd) {
    const { projects } = await configurationOf(cwd)
    const pools = projects.flatMap(({ options }) => Object.values(resolvePools(options)))
    const wanted = pools.some(({ cluster }) => cluster !== undefined)
    const interpreter = await interpreterOf(cwd)
    if (!wanted || 'missing' in interpreter) return { wanted, ray: {}, executable: 'python' }
    const { executable } = interpreter
    return { wanted, ray: await findPackage('ray', executable, cwd, process.env), executable }
  },
  applies: ({ wanted }) => wanted,
  judge({ ray: { version, failure }, executable }) {
    if (failure) return problem(`Ray cannot be imported: ${failure}`, `${executable} -c 'import ray'`)
    if (version === undefined)
      return problem(
        'the option cluster needs Ray, and it is not installed',
        `install the version of the cluster, as in ${executable} -m pip install ray==2.60.0`,
      )
    if (compareVersions(version, OLDEST) < 0)
      return problem(`Ray ${version}`, `${OLDEST} or newer is needed, here and in the cluster`)
    return ok(`Ray ${version}`)
  },
}
