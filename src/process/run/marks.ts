import { LIMIT_NAMES, type LimitName, type Limits } from '../system/parseLimits.ts'
import type { Absence } from '../system/table.ts'
import { limitCookie, runIdOfLimit } from './limitCookie.ts'

/** A run that an unreadable process may belong to. */
export interface Suspect {
  runId: string
  /** A process that started before this start time cannot belong to the run. */
  notBefore?: string | undefined
  /** The limits that every process of the run has inherited. */
  limits: readonly LimitName[]
}

/** The run whose marks a process carries, and the kind of mark. */
export function markedRuns(
  limits: Limits | Absence,
  byEnvironment: string | undefined,
  matches: (runId: string) => boolean,
): { runId: string | undefined; cookie: 'environment' | 'limit' | 'both' } {
  const byLimit = limits === 'denied' || limits === 'gone' ? [] : runsOfLimits(limits)
  const runId = [...byLimit, byEnvironment].find((id) => id !== undefined && matches(id))
  const cookie = runId !== byEnvironment ? 'limit' : byLimit.includes(byEnvironment) ? 'both' : 'environment'
  return { runId, cookie }
}

function runsOfLimits(limits: Limits): (string | undefined)[] {
  return LIMIT_NAMES.map((name) => limits[name]).map((value) =>
    value === undefined ? undefined : runIdOfLimit(value),
  )
}

/** The first run that a process with these limits may belong to. */
export function suspectOf(
  suspects: readonly Suspect[],
  limits: Limits | Absence,
  isOlderThan: (startTime: string) => boolean,
): Suspect | undefined {
  return suspects.find(
    (suspect) =>
      !(suspect.notBefore !== undefined && isOlderThan(suspect.notBefore)) && !isExcluded(limits, suspect),
  )
}

/**
 * A process may lower a limit that it has inherited, but it takes a privilege to raise it. The mark of another run is that
 * run's: a process shows no environment for a moment while it ends.
 */
function isExcluded(limits: Limits | Absence, { runId, limits: armed }: Suspect): boolean {
  if (limits === 'denied' || limits === 'gone') return false
  const mark = limitCookie(runId)
  return armed.some((name) => {
    const value = limits[name]
    return value === undefined || value > mark || (value !== mark && runIdOfLimit(value) !== undefined)
  })
}
