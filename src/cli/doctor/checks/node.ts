import { compareVersions } from '../../../pool/interpreter/version.ts'
import { unsupportedReason } from '../../../process/system/system.ts'
import { type Check, ok, problem } from './check.ts'

const MIN_NODE = '20'

export const nodeCheck: Check<{ version: string; platform: NodeJS.Platform }> = {
  name: 'Node',
  gather: () => ({ version: process.versions.node, platform: process.platform }),
  judge({ version, platform }) {
    const reason = unsupportedReason(platform)
    if (reason !== undefined) return problem(`${version} on ${platform}`, reason)
    if (compareVersions(version, MIN_NODE) < 0) return problem(version, `install Node ${MIN_NODE} or newer`)
    return ok(`${version} on ${platform}`)
  },
}
