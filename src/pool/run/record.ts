import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunDirectory } from '../../process/run/runDirectory.ts'
import type { Identity } from '../../process/system/identity.ts'

/** A process in the record of a run. */
export interface RecordedProcess extends Identity {
  /** Of the reaper: directory of the run's control group. */
  cgroup?: string | null
}

/** Adds a process to `processes.jsonl`. If the runner is killed, the record tells the next run which processes to find. */
export function recordProcess(directory: RunDirectory, id: string, process: RecordedProcess): void {
  const { pid, startTime, cgroup } = process
  const line = JSON.stringify({ id, pid, startTime, cgroup, at: new Date().toISOString() })
  appendFileSync(join(directory.path, 'processes.jsonl'), `${line}\n`, { mode: 0o600 })
}

/** The recorded processes of a run, by ID; empty if the record cannot be read. */
export function readProcesses(directory: RunDirectory): Map<string, RecordedProcess> {
  try {
    const lines = readFileSync(join(directory.path, 'processes.jsonl'), 'utf8').trimEnd().split('\n')
    return new Map(lines.map((line) => JSON.parse(line)).map((entry) => [entry.id, entry]))
  } catch {
    return new Map()
  }
}
