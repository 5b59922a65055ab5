import type { ProcessTable } from '../system/table.ts'

/** A process and all its ancestors. A program that ends other processes must spare itself and its callers. */
export function lineageOf(pid: number, table: ProcessTable): Set<number> {
  const lineage = new Set<number>()
  for (let at: number | undefined = pid; at && !lineage.has(at); at = table.stat(at)?.parent) lineage.add(at)
  return lineage
}
