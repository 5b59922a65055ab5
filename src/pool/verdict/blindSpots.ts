import type { LimitName } from '../../process/system/parseLimits.ts'

/** The means by which processes of a run are found, apart from their environment. */
export interface Means {
  /** Whether each process is known by descent, because its reaper adopts orphans and is alive, or by a control group. */
  membership: boolean
  /** The limits that mark each process. */
  limits: readonly LimitName[]
  /** How the system hides processes, for example `hidepid=2`. */
  hiding: string | undefined
}

/** Reasons why a sweep would not see every process of a run. The run is not proven clean then. */
export function blindSpots({ membership, limits, hiding }: Means): string[] {
  if (membership) return []
  const spots: string[] = []
  if (limits.length === 0) {
    spots.push(
      'RLIMIT_RSS and RLIMIT_LOCKS were limited already, so they could not mark its processes, ' +
        'and a process that has cleared its environment would not be found. Raise the hard limits (ulimit -H -m, ulimit -H -x).',
    )
  }
  if (hiding !== undefined) {
    spots.push(
      `/proc is mounted with ${hiding}, so a process that is not dumpable would not be found. Mount /proc without hidepid.`,
    )
  }
  return spots
}
