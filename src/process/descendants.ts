import { readdirSync, readFileSync } from 'node:fs'

/**
 * Process IDs of everything that descends from a process, as the kernel lists children for each of its threads.
 * Empty where it is gone, or where the kernel keeps no such lists (CONFIG_PROC_CHILDREN).
 */
export function descendantsOf(pid: number): Set<number> {
  const found = new Set<number>()
  const queue = [pid]
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const child of childrenOf(at)) {
      if (found.has(child)) continue
      found.add(child)
      queue.push(child)
    }
  }
  return found
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').map(Number).filter(Boolean),
    )
  } catch {
    return []
  }
}
