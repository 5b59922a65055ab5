import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunDirectory } from '../../process/run/runDirectory.ts'
import type { Identity } from '../../process/system/identity.ts'

/** What the record says of a process. */
export interface RecordedProcess extends Identity {
  /** The reaper's: directory of the run's control group. */
  cgroup?: string | null
}

/** Notes a process of ours in `processes.jsonl`, for whoever has to account for the run when we cannot. */
export function recordProcess(directory: RunDirectory, id: string, process: RecordedProcess): void {
  const { pid, startTime, cgroup } = process
  const line = JSON.stringify({ id, pid, startTime, cgroup, at: new Date().toISOString() })
  appendFileSync(join(directory.path, 'processes.jsonl'), `${line}\n`, { mode: 0o600 })
}

/** What the record of a run says, by ID; what cannot be read of it is left out. */
export function readProcesses(directory: RunDirectory): Map<string, RecordedProcess> {
  try {
    const lines = readFileSync(join(directory.path, 'processes.jsonl'), 'utf8').trimEnd().split('\n')
    return new Map(lines.map((line) => JSON.parse(line)).map((entry) => [entry.id, entry]))
  } catch {
    return new Map()
  }
}
