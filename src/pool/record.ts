import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Identity } from '../process/identity.ts'
import type { RunDirectory } from '../process/runDirectory.ts'

/** Notes a process of ours in `processes.jsonl`, for whoever has to account for the run when we cannot. */
export function recordProcess(directory: RunDirectory, id: string, { pid, startTime }: Identity): void {
  const line = JSON.stringify({ id, pid, startTime, at: new Date().toISOString() })
  appendFileSync(join(directory.path, 'processes.jsonl'), `${line}\n`, { mode: 0o600 })
}
