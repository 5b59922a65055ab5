import type { Distribution } from '../interpreter/probe/probe.ts'
import type { Requirements } from '../interpreter/requirements.ts'
import { compareVersions } from '../interpreter/version.ts'
import { type LockedPackage, lockedWith } from './lock.ts'

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
  /** Those and their dependencies, as the lock has them; empty if there is nothing to install. */
  packages: LockedPackage[]
  /** What makes this overlay differ from others: its packages, and the installed ones that it was tested with. */
  content: string[]
}

/**
 * Decides what an overlay must contain: the locked packages that the interpreter lacks. Installed versions win on
 * sys.path, so the overlay is tested together with them.
 */
export function planInstall(
  requirements: Requirements,
  lock: readonly LockedPackage[],
  has: Record<string, Distribution>,
): InstallPlan {
  const all = Object.entries(requirements)
  const outdated = all.flatMap(([name, { minimum, optional }]) => {
    const version = has[name]?.found ? has[name].version : null
    return version !== null && !optional && compareVersions(version, minimum) < 0
      ? [{ name, version, minimum }]
      : []
  })
  const lacking = all.filter(([name]) => !has[name]?.found)
  if (lacking.every(([, { optional }]) => optional))
    return { outdated, missing: [], packages: [], content: [] }
  const missing = lacking.map(([name]) => name)
  const present = all.map(([name]) => name).filter((name) => has[name]?.found)
  const packages = lockedWith(lock, missing, present)
  const content = [
    ...packages.map(({ name, version }) => `${name}==${version}`),
    ...present.map((name) => `beside ${name} ${has[name]?.version ?? ''}`),
  ]
  return { outdated, missing, packages, content }
}
