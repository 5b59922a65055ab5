import type { ClientFrame } from '../../src/client/gen/vitest_python/v1/bridge.ts'

const PLAIN = { name: 'echo', stream: false, credit: 0, verb: 0, reference: 0, keep: false, limited: false }

/** What starts a call, with a payload that is taken as it is. */
export function startFrame(call: number, payload: Uint8Array): ClientFrame {
  return { call, kind: { $case: 'start', value: { ...PLAIN, arguments: payload } } }
}
