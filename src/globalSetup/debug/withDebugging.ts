import type { ResolvedOptions } from '../../options/schema.ts'
import type { DebugPorts } from '../../pool/debug/debugPorts.ts'
import { DEBUG_VARIABLE, type DebuggablePool, debugRequest } from './debugRequest.ts'
import type { Inspected } from './inspected.ts'

/** Prepares the pools that are debugged; see `prepareDebugging`. Loads nothing for it if there are none. */
export async function withDebugging(
  root: string,
  pools: Record<string, ResolvedOptions>,
  ports: DebugPorts,
  inspected: Inspected,
): Promise<Record<string, ResolvedOptions>> {
  const entries = Object.entries(pools).map(([name, options]): [string, DebuggablePool] => {
    const wish = debugRequest(options.debug, process.env[DEBUG_VARIABLE], inspected)
    return [name, { options: { ...options, debug: false }, wish }]
  })
  if (!entries.some(([, { wish }]) => wish))
    return Object.fromEntries(entries.map(([name, { options }]) => [name, options]))
  const { prepareDebugging } = await import('./prepareDebugging.ts')
  return prepareDebugging(root, entries, ports)
}
