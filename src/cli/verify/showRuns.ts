import Table from 'cli-table3'
import pc from 'picocolors'
import { describeKept } from '../../process/run/keptProcesses.ts'
import type { MarkedProcess } from '../../process/run/sweep.ts'
import { ageOf } from '../../process/system/identify.ts'
import type { Segment } from '../../process/system/sharedMemory.ts'
import { counted } from '../../support/text/counted.ts'
import { safeText } from '../../support/text/safeText.ts'
import { seconds } from '../../support/text/seconds.ts'
import type { RunStatus, Status } from './status.ts'
import { isClean, type Verification } from './verifyRuns.ts'

const ORPHANS = ['orphaned process', 'orphaned processes'] as const

/** The result of `verify` as text. */
export function showVerification(verification: Verification): string {
  const { left, reaped, kept, unreadable, problems, notJudged, sharedMemory, requested } = verification
  const lines: string[] = []
  if (left.length > 0) lines.push(processTable(left, new Set(reaped)))
  for (const { pid, name, reason } of unreadable)
    lines.push(pc.red(`Unknown: pid ${pid} (${name}): ${reason}`))
  for (const problem of problems) lines.push(pc.red(problem))
  lines.push(...notJudged, ...sharedMemory.map(describeSegment))
  const alive = left.length - reaped.length
  if (kept.length > 0) lines.push(`${describeKept(kept)}, as orphans.keep asks.`)
  if (isClean(verification)) lines.push(pc.green('No orphaned processes: no process of a dead run is alive.'))
  lines.push(...showEnded(reaped.length, alive, requested.reap === true, 'vitest-python verify --reap'))
  return lines.join('\n')
}

/**
 * Sentences about the orphans that were ended, and about those that are alive.
 *
 * @param command ends them
 */
export function showEnded(ended: number, alive: number, isReaped: boolean, command: string): string[] {
  const failed = ended === 0 ? 'They could not be ended.' : 'The others could not be ended.'
  const remedy = isReaped ? failed : `To end them: ${command}`
  return [
    ...(ended > 0 ? [pc.yellow(`Ended ${counted(ended, ...ORPHANS)}.`)] : []),
    ...(alive > 0 ? [pc.red(`${counted(alive, ...ORPHANS)} alive. ${remedy}`)] : []),
  ]
}

function describeSegment({ path, bytes, createdAt, unreadable }: Segment): string {
  const doubt =
    unreadable.length === 0
      ? ''
      : ` (${unreadable.length} of your processes can't be read: ${unreadable.join(', ')})`
  return (
    `No process that is visible here uses ${safeText(path)} (${megabytes(bytes)}, made at ${createdAt})${doubt}. A Python that is killed leaves such shared memory. ` +
    `If no container uses it either, delete it: rm ${safeText(path)}`
  )
}

/** The live runs of this user as a table, and the runs that were not judged. */
export function showStatus({ runs, problems, notJudged }: Status): string {
  return [showRuns(runs), ...problems.map((problem) => pc.red(problem)), ...notJudged].join('\n')
}

function showRuns(runs: RunStatus[]): string {
  if (runs.length === 0) return 'No run of this user is alive.'
  const table = new Table({
    head: ['run', 'owner', 'age', 'processes', 'workers', 'memory', 'project'],
    style: STYLE,
  })
  for (const { runId, ownerPid, age, processes, workers, residentBytes, root } of runs) {
    table.push([
      runId,
      `${ownerPid}`,
      seconds(age),
      `${processes}`,
      `${workers}`,
      megabytes(residentBytes),
      safeText(root),
    ])
  }
  return table.toString()
}

/** Of the tables. */
export const STYLE = { head: [], border: [] }

function processTable(left: MarkedProcess[], reaped: Set<MarkedProcess>): string {
  const table = new Table({
    head: ['run', 'pid', 'parent', 'age', 'known by', 'state', 'command'],
    style: STYLE,
  })
  for (const orphan of left) {
    const { runId, pid, parent, startTime, cookie, command } = orphan
    const age = seconds(ageOf(startTime))
    table.push([
      runId,
      `${pid}`,
      `${parent}`,
      age,
      cookie,
      reaped.has(orphan) ? 'ended' : 'alive',
      command.slice(0, 60),
    ])
  }
  return table.toString()
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
