import { darwin } from './darwin.ts'
import { linux } from './linux/linux.ts'
import type { System } from './operatingSystem.ts'

/** The adapter for this platform. */
export const system: System = process.platform === 'darwin' ? darwin() : linux

/** Why a platform is not supported; `undefined` if it is. */
export function unsupportedReason(platform: NodeJS.Platform): string | undefined {
  if (platform === 'linux' || platform === 'darwin') return undefined
  if (platform === 'win32')
    return 'vitest-environment-python does not run on Windows. Run the tests inside WSL.'
  return `vitest-environment-python runs on Linux and macOS. It cannot identify processes on ${platform}.`
}
