import { DEFAULT_DEBUG, type ResolvedDebug } from '../../options/debugOptions.ts'
import type { ResolvedOptions } from '../../options/schema.ts'
import type { Inspected } from './inspected.ts'

/** The variable that turns the debugger on (`1`) or off (`0`), whatever the options say. */
export const DEBUG_VARIABLE = 'VITEST_PYTHON_DEBUG'

/** How a pool is debugged. */
export interface DebugRequest {
  readonly port: number
  readonly wait: boolean
  /** Whether you asked for it by variable or option. If not, Node's debugger is the reason, and a problem is only a line. */
  readonly isExplicit: boolean
}

/** A pool, and the debugger that it asks for. */
export interface DebuggablePool {
  readonly options: ResolvedOptions
  readonly wish: DebugRequest | undefined
}

/** Decides whether a pool is debugged; `undefined` if not. */
export function debugRequest(
  option: ResolvedDebug | undefined,
  variable: string | undefined,
  inspected: Inspected,
): DebugRequest | undefined {
  const settings = option || DEFAULT_DEBUG
  const wish = (wait: boolean, isExplicit: boolean) => ({
    port: settings.port,
    wait: settings.wait ?? wait,
    isExplicit,
  })
  if (variable) return OFF.has(variable.toLowerCase()) ? undefined : wish(true, true)
  if (option !== undefined) return option ? wish(true, true) : undefined
  return inspected === 'off' ? undefined : wish(inspected === 'waiting', false)
}

const OFF = new Set(['0', 'false', 'no', 'off'])

/** Whether a pool among the prepared ones is debugged. */
export function isDebugged(prepared: Record<string, ResolvedOptions>): boolean {
  return Object.values(prepared).some(({ debug }) => debug)
}

/** Whether the configuration of these pools asks for a debugger. */
export function asksForDebugger(pools: Record<string, ResolvedOptions>): boolean {
  return Object.values(pools).some(({ debug }) => debugRequest(debug, process.env[DEBUG_VARIABLE], 'off'))
}
