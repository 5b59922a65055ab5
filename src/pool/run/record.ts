import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunDirectory } from '../../process/run/runDirectory.ts'
import type { Identity } from '../../process/system/identity.ts'
import type { LimitName } from '../../process/system/parseLimits.ts'
import { SetupError } from '../../support/errors.ts'

/** A process in the record of a run. */
export interface RecordedProcess extends Identity {
  /** Of the reaper: directory of the run's control group. */
  cgroup?: string | null
  /** Of the reaper: the resource limits that mark the processes of the run. */
  limits?: readonly LimitName[]
}

/** ID of a process that could not be ended. */
export function survivorId({ pid }: Identity): string {
  return `survivor-${pid}`
}

/**
 * Adds a process to `processes.jsonl`. If the runner is killed, the record tells the next run which processes to find.
 *
 * @throws SetupError RUNS_DIRECTORY_UNWRITABLE, for example if the disk is full
 */
export function recordProcess(directory: RunDirectory, id: string, process: RecordedProcess): void {
  const { pid, startTime, cgroup, limits } = process
  const line = JSON.stringify({ id, pid, startTime, cgroup, limits, at: new Date().toISOString() })
  try {
    appendFileSync(join(directory.path, 'processes.jsonl'), `${line}\n`, { mode: 0o600 })
  } catch (cause) {
    throw new SetupError(
      'RUNS_DIRECTORY_UNWRITABLE',
      `Cannot record process ${pid} (${id}) in ${directory.path}: ${(cause as Error).message}. ` +
        'Without the record, the next run would not find it, so Python is ended. Set XDG_RUNTIME_DIR to a directory with free space.',
      { cause },
    )
  }
}

/** The recorded processes of a run, by ID. Skips lines that are incomplete because the runner was killed. */
export function readProcesses(directory: RunDirectory): Map<string, RecordedProcess> {
  let text: string
  try {
    text = readFileSync(join(directory.path, 'processes.jsonl'), 'utf8')
  } catch {
    return new Map()
  }
  const entries = text.split('\n').flatMap(parseEntry)
  return new Map(entries.map((entry) => [entry.id, entry]))
}

function parseEntry(line: string): (RecordedProcess & { id: string })[] {
  try {
    const entry = JSON.parse(line)
    return typeof entry?.id === 'string' && Number.isInteger(entry.pid) ? [entry] : []
  } catch {
    return []
  }
}
