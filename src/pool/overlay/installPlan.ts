import type { Distribution } from '../interpreter/probe.ts'
import type { Requirements } from '../interpreter/requirements.ts'
import { compareVersions } from '../interpreter/version.ts'

/** An installed distribution that is too old for the workers. */
export interface Outdated {
  name: string
  version: string
  minimum: string
}

export interface InstallPlan {
  outdated: Outdated[]
  /** The distributions that the interpreter lacks. */
  missing: string[]
  /** The arguments for an installer, sorted; empty if there is nothing to install. */
  specifiers: string[]
}

/**
 * Decides what an overlay must contain. Installed versions win on sys.path. So if there are some, the installer gets them
 * and chooses versions that match; else it gets the pins.
 */
export function planInstall(requirements: Requirements, has: Record<string, Distribution>): InstallPlan {
  const all = Object.entries(requirements)
  const outdated = all.flatMap(([name, { minimum, optional }]) => {
    const version = has[name]?.found ? has[name].version : null
    return version !== null && !optional && compareVersions(version, minimum) < 0
      ? [{ name, version, minimum }]
      : []
  })
  const lacking = all.filter(([name]) => !has[name]?.found)
  if (lacking.every(([, { optional }]) => optional)) return { outdated, missing: [], specifiers: [] }
  const present = all.flatMap(([name]) => {
    const version = has[name]?.found ? has[name].version : null
    return version === null ? [] : [`${name}==${publicPart(version)}`]
  })
  const wanted = lacking.map(([name, { minimum, pin }]) =>
    present.length === 0 ? `${name}==${pin}` : `${name}>=${minimum},<=${pin}`,
  )
  return { outdated, missing: lacking.map(([name]) => name), specifiers: [...wanted, ...present].sort() }
}

/** `1.60.0` for `1.60.0+cpu`: an index has no local versions, and 1.60.0+cpu satisfies ==1.60.0. */
function publicPart(version: string): string {
  return version.split('+')[0] ?? version
}
