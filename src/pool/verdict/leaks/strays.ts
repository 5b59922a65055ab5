import { system } from '../../../process/system/system.ts'
import type { Pool } from '../../leasing/pool.ts'

/** The processes below the reaper that belong there as long as the run lasts. */
export function ownPids(pool: Pool): number[] {
  return [...pool.runtime.forkserverPids, ...pool.localPids()]
}

/** The processes that belong to the run as long as it lasts: ours, and everything below the workers. */
export function livingPids(pool: Pool): Set<number> {
  const { state } = pool.runtime
  const own = ownPids(pool)
  const reaper = state.phase === 'armed' ? [state.reaper.armed.pid] : []
  return new Set([process.pid, ...reaper, ...own, ...own.flatMap((pid) => [...system.descendantsOf(pid)])])
}

/**
 * The processes that the reaper has adopted because their parents have ended, and the descendants of these. Those of
 * living workers are not among them.
 */
export function straysOf(pool: Pool): number[] {
  const { state } = pool.runtime
  const { childrenOf } = system
  if (state.phase !== 'armed' || !childrenOf) return []
  const seen = new Set(ownPids(pool))
  const strays: number[] = []
  const queue = [state.reaper.armed.pid]
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const child of childrenOf(at)) {
      if (seen.has(child)) continue
      seen.add(child)
      strays.push(child)
      queue.push(child)
    }
  }
  return strays
}
