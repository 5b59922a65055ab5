import { createRequire } from 'node:module'

/** The subjects of a log. */
export type DebugArea = 'cluster' | 'python' | 'pool' | 'reaper' | 'verdict'

/** Logs a line. The placeholders are those of [debug](https://github.com/debug-js/debug#formatters). */
type Log = (format: string, ...values: unknown[]) => void

/**
 * Logs decisions on standard error if `DEBUG` names this area, as in `DEBUG=vitest-python:pool` or
 * `DEBUG=vitest-python:*`. Without `DEBUG`, it doesn't even load the package that formats them.
 *
 * @example
 * ```ts
 * const debug = debugLog('pool')
 * debug('%s is ready, pid %d', id, pid)
 * ```
 */
export function debugLog(area: DebugArea): Log {
  if (!process.env['DEBUG']) return () => {}
  const createDebug = createRequire(import.meta.url)('debug') as typeof import('debug')
  return createDebug(`vitest-python:${area}`)
}
