import { darwin } from './darwin.ts'
import { linux } from './linux.ts'
import type { System } from './operatingSystem.ts'

/** The one place that asks for the platform. */
export const system: System = process.platform === 'darwin' ? darwin() : linux

/** Why nothing can run on a platform; `undefined` where it can. */
export function unsupportedReason(platform: NodeJS.Platform): string | undefined {
  if (platform === 'linux' || platform === 'darwin') return undefined
  if (platform === 'win32')
    return 'vitest-environment-python does not run on Windows; run the tests inside WSL, where it does.'
  return `vitest-environment-python runs on Linux and macOS, not on ${platform}, where it could not tell its processes from others.`
}
