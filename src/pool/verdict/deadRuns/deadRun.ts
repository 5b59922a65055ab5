import { basename } from 'node:path'
import { type ControlGroup, controlGroup } from '../../../process/run/controlGroup.ts'
import type { Suspect } from '../../../process/run/marks.ts'
import {
  closeRunDirectory,
  type RunDirectory,
  removeRunDirectory,
} from '../../../process/run/runDirectory.ts'
import type { Member, Membership } from '../../../process/run/sweep.ts'
import type { Identity } from '../../../process/system/identity.ts'
import { system } from '../../../process/system/system.ts'
import { type RecordedProcess, readProcesses } from '../../run/record.ts'
import { blindSpots } from '../blindSpots.ts'

/** How the processes of a run of this boot are found by a process that is not its runner. */
export interface Traces {
  /** Processes that the kernel or the record counts to the run. */
  members(): Map<number, Member>
  /** Set if unreadable processes may belong to the run. */
  suspect: Suspect | undefined
  /** Reasons why a process of the run may not be found. */
  blindSpots: string[]
  cgroup: ControlGroup | undefined
  /** Whether its runner or reaper has swept already, and has recorded the survivors that it could not end. */
  isSwept: boolean
}

/** Reads the record of a run. Without a recorded reaper, the run has started no other process. */
export function tracesOf(directory: RunDirectory): Traces {
  const recorded = readProcesses(directory)
  const reaper = recorded.get('reaper')
  const cgroup = groupOf(directory, reaper)
  const { runId } = directory
  const limits = reaper?.limits ?? []
  // Survivors are recorded after the last sweep of the run, so all others have ended.
  const isSwept = [...recorded.keys()].some((id) => id.startsWith('survivor-'))
  const isOpen = reaper !== undefined && !isSwept && system.marksByLimits
  return {
    members: () => membersOf(runId, recorded, cgroup),
    suspect: isOpen ? { runId, limits, notBefore: reaper.startTime } : undefined,
    blindSpots: isOpen
      ? blindSpots({ membership: cgroup !== undefined, limits, hiding: system.hiding() })
      : [],
    cgroup,
    isSwept,
  }
}

/**
 * Removes everything that a dead run has left on disk, its control group included. As long as kept processes are alive, the
 * record stays.
 */
export function forgetRun(
  directory: RunDirectory,
  cgroup: ControlGroup | undefined,
  kept: readonly Identity[],
): void {
  cgroup?.release(kept.map(({ pid }) => pid))
  cgroup?.remove()
  if (kept.length > 0) closeRunDirectory(directory)
  else removeRunDirectory(directory)
}

/** The control group outlives a reaper that was killed. Its name holds the run ID, so it cannot be another run's. */
function groupOf({ runId }: RunDirectory, reaper: RecordedProcess | undefined): ControlGroup | undefined {
  const path = reaper?.cgroup
  return path && basename(path) === `vitest-python-${runId}` ? controlGroup(path) : undefined
}

function membersOf(
  runId: string,
  recorded: ReadonlyMap<string, RecordedProcess>,
  cgroup: ControlGroup | undefined,
): Map<number, Member> {
  const alive = [...recorded].filter(([id, process]) => mayBeAlive(id, process)).map(([, { pid }]) => pid)
  const reaper = recorded.get('reaper')
  const below = reaper && alive.includes(reaper.pid) ? [...system.descendantsOf(reaper.pid)] : []
  const entry = (how: Membership) => (pid: number) => [pid, { runId, how }] as const
  return new Map<number, Member>([
    ...alive.map(entry('record')),
    ...below.map(entry('descent')),
    ...[...(cgroup?.members() ?? [])].map(entry('cgroup')),
  ])
}

/** If the system hides the process with this pid, it may be another one, unless the run could not end it. */
function mayBeAlive(id: string, identity: Identity): boolean {
  const life = system.table.lifeOf(identity)
  return life === 'alive' || (life === 'unknown' && id.startsWith('survivor-'))
}
