import type { Start } from '../gen/vitest_python/v1/bridge.ts'

/** The start of a call. Fields that are left out are 0 or false; the verb is then a call of a function by its name. */
export type CallStart = Pick<Start, 'name'> & Partial<Start>

/** The fields that a call adds to its start. */
export type StartDetails = Pick<Start, 'arguments' | 'limited' | 'trace'>

const NO_DETAILS: StartDetails = { arguments: new Uint8Array(), limited: false, trace: undefined }

/** The start of a call as it is sent. V8 takes 0.7 µs for each property after a spread, so it is written out. */
export function completeStart(start: CallStart, details: StartDetails = NO_DETAILS): Start {
  return {
    name: start.name,
    arguments: start.arguments ?? details.arguments,
    stream: start.stream ?? false,
    credit: start.credit ?? 0,
    verb: start.verb ?? 0,
    reference: start.reference ?? 0,
    keep: start.keep ?? false,
    limited: start.limited ?? details.limited,
    trace: start.trace ?? details.trace,
  }
}

/** The message that starts a call. */
export function startMessage(start: CallStart): { $case: 'start'; value: Start } {
  return { $case: 'start', value: completeStart(start) }
}
