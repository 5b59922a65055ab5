import type { ProcessTable } from '../system/table.ts'

/** A process and all its ancestors: who asks for others to be ended must not be among them, nor may his callers. */
export function lineageOf(pid: number, table: ProcessTable): Set<number> {
  const lineage = new Set<number>()
  for (let at: number | undefined = pid; at && !lineage.has(at); at = table.stat(at)?.parent) lineage.add(at)
  return lineage
}
