import type { Start } from '../gen/vitest_python/v1/bridge.ts'

/** The start of a call. Fields that are left out are 0 or false; the verb is then a call of a function by its name. */
export type CallStart = Pick<Start, 'name'> & Partial<Start>

const DEFAULTS: Omit<Start, 'name'> = {
  arguments: new Uint8Array(),
  stream: false,
  credit: 0,
  verb: 0,
  reference: 0,
  keep: false,
  limited: false,
  trace: undefined,
}

/** The message that starts a call. */
export function startMessage(start: CallStart): { $case: 'start'; value: Start } {
  return { $case: 'start', value: { ...DEFAULTS, ...start } }
}
