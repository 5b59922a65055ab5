import { findPackage } from '../../../../pool/interpreter/findPackage.ts'
import { compareVersions } from '../../../../pool/interpreter/version.ts'
import { type Check, ok, warning } from '../check.ts'
import { interpreterOf } from './interpreter.ts'

export interface CoverageFacts {
  /** The version of coverage.py. */
  version: string | undefined
  /** The project's interpreter. */
  executable: string
}

/** The oldest version of coverage.py that can be used. */
const OLDEST = '7.6'

/** Shown if coverage.py is installed. */
export const coverageCheck: Check<CoverageFacts> = {
  name: 'coverage',
  async gather(cwd) {
    const interpreter = await interpreterOf(cwd)
    if ('missing' in interpreter) return { version: undefined, executable: 'python' }
    const { executable } = interpreter
    const { version } = await findPackage('coverage', executable, cwd, process.env)
    return { executable, version }
  },
  applies: ({ version }) => version !== undefined,
  judge({ version = '', executable }) {
    const text = `coverage.py ${version}`
    if (compareVersions(version, OLDEST) >= 0) return ok(text)
    return warning(text, `${OLDEST} or newer is needed: ${executable} -m pip install --upgrade coverage`)
  },
}
