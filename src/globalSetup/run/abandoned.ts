import { endRuns } from './end.ts'
import type { Registry } from './registry.ts'

const watched = new Set<Registry>()

/**
 * Ends the runs of a registry if the runner's process is about to end without our teardown. That happens if the teardown
 * of another global setup never settles: nothing keeps the process alive then, and nothing of ours may.
 */
export function endIfAbandoned(registry: Registry): void {
  if (watched.size === 0) process.on('beforeExit', endAbandoned)
  for (const other of watched) if (!other.isOpen) watched.delete(other)
  watched.add(registry)
}

function endAbandoned(): void {
  for (const registry of watched) if (registry.isOpen) void endRuns(() => registry.end())
}
