import createDebug from 'debug'

/** The subjects of a log. */
export type DebugArea = 'python' | 'pool' | 'reaper' | 'verdict'

/**
 * Logs decisions on standard error if `DEBUG` names this area, as in `DEBUG=vitest-python:pool` or
 * `DEBUG=vitest-python:*`. Otherwise it formats nothing. The placeholders are those of
 * [debug](https://github.com/debug-js/debug#formatters).
 *
 * @example
 * ```ts
 * const debug = debugLog('pool')
 * debug('%s is ready, pid %d', id, pid)
 * ```
 */
export function debugLog(area: DebugArea): createDebug.Debugger {
  return createDebug(`vitest-python:${area}`)
}
