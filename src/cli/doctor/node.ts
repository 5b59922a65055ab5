import { compareVersions } from '../../pool/interpreter/version.ts'
import { type Check, ok, problem } from './check.ts'

const OLDEST = '20'

export const nodeCheck: Check<{ version: string; platform: string }> = {
  name: 'Node',
  gather: () => ({ version: process.versions.node, platform: process.platform }),
  judge({ version, platform }) {
    if (platform !== 'linux')
      return problem(
        `${version} on ${platform}`,
        'run the tests on Linux; on Windows inside WSL, which is Linux',
      )
    if (compareVersions(version, OLDEST) < 0) return problem(version, `install Node ${OLDEST} or newer`)
    return ok(`${version} on ${platform}`)
  },
}
