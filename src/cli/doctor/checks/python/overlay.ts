import { isInArchive, UNPLUG } from '../../../../globalSetup/run/archive.ts'
import type { Interpreter } from '../../../../pool/interpreter/find.ts'
import { readRequirements } from '../../../../pool/interpreter/requirements.ts'
import { cacheDirectory, overlayDirectory } from '../../../../pool/overlay/directory.ts'
import { type InstallPlan, planInstall } from '../../../../pool/overlay/installPlan.ts'
import { readLock } from '../../../../pool/overlay/lock.ts'
import { isVerified } from '../../../../pool/overlay/verifiedMarker.ts'
import { type Check, ok, problem, warning } from '../check.ts'
import { interpreterOf } from './interpreter.ts'

type Overlay = Pick<InstallPlan, 'outdated' | 'missing'> & { overlay: string; verified: boolean }

export type OverlayFacts = 'archive' | Overlay | undefined

export const overlayCheck: Check<OverlayFacts> = {
  name: 'packages of the workers',
  async gather(cwd) {
    if (isInArchive()) return 'archive'
    const interpreter = await interpreterOf(cwd)
    return 'missing' in interpreter ? undefined : overlayOf(interpreter)
  },
  judge(facts) {
    if (facts === 'archive') return problem('Python cannot read this package in an archive of Yarn', UNPLUG)
    if (!facts) return problem('unknown without a Python', 'see the check "Python"')
    const { outdated, missing, overlay, verified } = facts
    if (outdated.length > 0) {
      const list = outdated.map(({ name, version, minimum }) => `${name} ${version} is older than ${minimum}`)
      return problem(list.join(', '), 'upgrade them in the environment of that Python')
    }
    if (missing.length === 0) return ok('the interpreter has all of them')
    if (!verified)
      return warning(
        `not installed yet: ${missing.join(', ')}`,
        'run vitest-python setup; else the first run installs them',
      )
    return ok(`in ${overlay}`)
  },
}

/** The packages that an interpreter lacks, and where they are if they are installed. */
export async function overlayOf({ distributions, abi }: Interpreter): Promise<Overlay> {
  const { outdated, missing, content } = planInstall(readRequirements(), await readLock(), distributions)
  const overlay = overlayDirectory(cacheDirectory(process.env), abi, content)
  return { outdated, missing, overlay, verified: isVerified(overlay, content) }
}
