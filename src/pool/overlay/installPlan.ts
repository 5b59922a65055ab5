import type { Distribution } from '../interpreter/probe.ts'
import type { Requirements } from '../interpreter/requirements.ts'
import { compareVersions } from '../interpreter/version.ts'

/** A distribution of the user's own that the workers cannot run with. */
export interface Outdated {
  name: string
  version: string
  minimum: string
}

export interface Plan {
  outdated: Outdated[]
  /** What the interpreter lacks. */
  missing: string[]
  /** What an installer is asked for, sorted; empty where nothing has to be installed. */
  specifiers: string[]
}

/**
 * Decides what an overlay has to hold. The user's own versions win on sys.path, so where there are some,
 * they are named to the installer, and it chooses what goes with them; else it is told the pins.
 */
export function plan(requirements: Requirements, has: Record<string, Distribution>): Plan {
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

/** `1.60.0` of `1.60.0+cpu`: an index knows no local versions, and 1.60.0+cpu satisfies ==1.60.0. */
function publicPart(version: string): string {
  return version.split('+')[0] ?? version
}
