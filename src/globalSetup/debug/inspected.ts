import { url } from 'node:inspector'

/** Whether Node's own debugger is on: `waiting` if the program waits for it (`--inspect-brk`, `--inspect-wait`). */
export type Inspected = 'waiting' | 'on' | 'off'

/** The parts of Vitest's configuration that turn the debugger of its test processes on. */
export interface InspectingConfig {
  inspector?: { enabled?: boolean; waitForDebugger?: boolean }
  execArgv?: readonly string[]
  poolOptions?: Readonly<Record<string, { execArgv?: readonly string[] } | undefined>>
}

/** Looks at the arguments of this process and of its test processes. */
export function inspected(
  { inspector, execArgv = [], poolOptions = {} }: InspectingConfig = {},
  own: readonly string[] = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)],
  isOpen = url() !== undefined,
): Inspected {
  const ofPools = Object.values(poolOptions).flatMap((pool) => pool?.execArgv ?? [])
  const flags = [...own, ...execArgv, ...ofPools].flatMap(
    (argument) => /^--inspect(-brk|-wait)?(=|$)/.exec(argument) ?? [],
  )
  if (inspector?.waitForDebugger || flags.some((flag) => flag === '-brk' || flag === '-wait'))
    return 'waiting'
  return inspector?.enabled || isOpen || flags.length > 0 ? 'on' : 'off'
}
