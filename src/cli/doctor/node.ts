import { compareVersions } from '../../pool/interpreter/version.ts'
import { unsupportedReason } from '../../process/system/system.ts'
import { type Check, ok, problem } from './check.ts'

const OLDEST = '20'

export const nodeCheck: Check<{ version: string; platform: NodeJS.Platform }> = {
  name: 'Node',
  gather: () => ({ version: process.versions.node, platform: process.platform }),
  judge({ version, platform }) {
    const objection = unsupportedReason(platform)
    if (objection !== undefined) return problem(`${version} on ${platform}`, objection)
    if (compareVersions(version, OLDEST) < 0) return problem(version, `install Node ${OLDEST} or newer`)
    return ok(`${version} on ${platform}`)
  },
}
