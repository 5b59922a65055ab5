import { appendFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { debugLog } from '../../support/debugLog.ts'
import type { JsonLine } from '../../support/jsonLines.ts'

const debug = debugLog('cluster')

/** The files that a node may write to: the output of its processes, and their coverage. */
const ALLOWED = /^(logs\/[\w-]+\.log|measured\.jsonl)$/

/** Appends a piece of a node's file to the same file of this machine's run directory. */
export function bringHome(directory: string, { file, data, skipped }: JsonLine): void {
  if (typeof file !== 'string' || !ALLOWED.test(file)) return
  const path = join(directory, file)
  try {
    if (typeof data === 'string') appendFileSync(path, Buffer.from(data, 'base64'), { mode: 0o600 })
    // A hole, which takes no room, keeps all later output in its place.
    else if (typeof skipped === 'number') truncateSync(path, statSync(path).size + skipped)
  } catch (error) {
    debug('%s of a node is not kept: %s', file, (error as Error).message)
  }
}
