import { basename } from 'node:path'
import { safeText } from '../../support/text/safeText.ts'
import type { ProcessTable } from '../system/table.ts'
import type { MarkedProcess } from './sweep.ts'

/** A process that may outlive its run, because the option `orphans.keep` names its executable. */
export interface KeptProcess extends MarkedProcess {
  /** The path of its executable. */
  executable: string
  /** The node of a cluster that it is on; absent if that is this machine. */
  node?: string
}

export interface Parted {
  /** Processes that nothing names. */
  found: MarkedProcess[]
  kept: KeptProcess[]
}

/**
 * Parts the processes of a run by the rules of its option `keep`. The rules are read anew each time: a process that
 * executes another program is judged by that program.
 *
 * @param keep names, and absolute paths without links
 */
export function partKept(
  table: Pick<ProcessTable, 'executable' | 'stat'>,
  found: readonly MarkedProcess[],
  keep: readonly string[],
): Parted {
  if (keep.length === 0) return { found: [...found], kept: [] }
  const rules = new Set(keep)
  const parted: Parted = { found: [], kept: [] }
  for (const marked of found) {
    const executable = table.executable(marked.pid)
    // Read after the executable: if the pid has been reused, it was another process's executable.
    const isSame = table.stat(marked.pid)?.startTime === marked.startTime
    if (isSame && executable !== '' && (rules.has(executable) || rules.has(basename(executable))))
      parted.kept.push({ ...marked, executable })
    else parted.found.push(marked)
  }
  return parted
}

/** "2 kept: gpg-agent 4121, dirmngr 4130 on 10.0.0.7"; empty if there are none. */
export function describeKept(kept: readonly Pick<KeptProcess, 'pid' | 'executable' | 'node'>[]): string {
  const names = kept.map(({ pid, executable, node }) => {
    const where = node === undefined ? '' : ` on ${node}`
    return `${safeText(basename(executable))} ${pid}${where}`
  })
  return names.length === 0 ? '' : `${names.length} kept: ${names.join(', ')}`
}
