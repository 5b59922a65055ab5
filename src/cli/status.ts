import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { residentBytes } from '../pool/sample.ts'
import { type KnownRun, surveyRuns } from './runs.ts'

/** A live run of this user. */
export interface RunStatus {
  runId: string
  /** Process ID of the runner. */
  ownerPid: number
  /** Milliseconds since it began. */
  age: number
  /** Living processes of the run, reaper and forkserver among them. */
  processes: number
  workers: number
  /** Resident memory of its processes, in bytes. */
  residentBytes: number
  /** Root of the project. */
  root: string
}

/** The live runs of this user, the oldest first. */
export async function liveRuns(): Promise<RunStatus[]> {
  const live = surveyRuns().runs.filter(({ owner }) => owner === 'alive')
  const statuses = await Promise.all(live.map(statusOf))
  return statuses.sort((a, b) => b.age - a.age)
}

async function statusOf({ runId, record, directory, processes }: KnownRun): Promise<RunStatus> {
  const workers = directory ? recordedWorkers(directory.path) : new Set<string>()
  return {
    runId,
    ownerPid: record?.owner.pid ?? 0,
    age: Date.now() - Date.parse(record?.startedAt ?? ''),
    processes: processes.length,
    workers: processes.filter(({ pid, startTime }) => workers.has(`${pid} ${startTime}`)).length,
    residentBytes: await residentBytes(processes.map(({ pid }) => pid)),
    root: record?.root ?? '',
  }
}

/** Identities of the workers that the run has started, from its record. */
function recordedWorkers(path: string): Set<string> {
  try {
    const lines = readFileSync(join(path, 'processes.jsonl'), 'utf8').trimEnd().split('\n')
    const entries = lines.map((line) => JSON.parse(line) as { id: string; pid: number; startTime: string })
    return new Set(
      entries.filter(({ id }) => /^w\d+$/.test(id)).map(({ pid, startTime }) => `${pid} ${startTime}`),
    )
  } catch {
    return new Set()
  }
}
