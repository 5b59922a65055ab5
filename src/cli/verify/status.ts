import { readProcesses } from '../../pool/run/record.ts'
import { residentBytes } from '../../pool/run/sample.ts'
import { nameOf } from '../../process/system/identity.ts'
import { notJudged } from './notJudged.ts'
import { type KnownRun, surveyRuns } from './surveyRuns.ts'

/** A live run of this user. */
export interface RunStatus {
  runId: string
  /** Process ID of the runner. */
  ownerPid: number
  /** Milliseconds since it began. */
  age: number
  /** Number of living processes, including reaper and forkserver. */
  processes: number
  workers: number
  /** Resident memory of its processes, in bytes. */
  residentBytes: number
  /** Living processes that may outlive the run. They are not among `processes`. */
  kept: { pid: number; executable: string }[]
  /** Root of the project. */
  root: string
}

export interface Status {
  /** The live runs of this user, the oldest first. A run that left only kept processes is not live. */
  runs: RunStatus[]
  /** Runs that may be alive: the system does not show their runners. */
  problems: string[]
  /** Runs and directories that were left alone. */
  notJudged: string[]
}

/** Looks for live runs. */
export async function statusOfRuns(): Promise<Status> {
  const survey = await surveyRuns()
  const live = survey.runs.filter(({ owner }) => owner === 'alive')
  const statuses = await Promise.all(live.map(statusOf))
  return {
    runs: statuses.sort((a, b) => b.age - a.age),
    problems: survey.runs.filter(isDoubtful).map(describeDoubtful),
    notJudged: notJudged(survey),
  }
}

function isDoubtful(run: KnownRun): boolean {
  return run.owner === 'unknown' && (run.processes.length > 0 || run.record !== undefined)
}

function describeDoubtful({ runId, problem }: KnownRun): string {
  return problem ?? `It is unknown whether run ${runId} is alive, because its runner cannot be seen.`
}

async function statusOf({ runId, record, directory, processes, kept }: KnownRun): Promise<RunStatus> {
  const recorded = directory ? [...readProcesses(directory)] : []
  const workers = new Set(recorded.filter(([id]) => /^w\d+$/.test(id)).map(([, worker]) => nameOf(worker)))
  return {
    runId,
    ownerPid: record?.owner.pid ?? 0,
    age: Date.now() - Date.parse(record?.startedAt ?? ''),
    processes: processes.length,
    workers: processes.filter((process) => workers.has(nameOf(process))).length,
    residentBytes: await residentBytes(processes.map(({ pid }) => pid)),
    kept: kept.map(({ pid, executable }) => ({ pid, executable })),
    root: record?.root ?? '',
  }
}
