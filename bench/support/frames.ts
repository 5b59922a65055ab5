import type { ClientFrame } from '../../src/client/gen/vitest_python/v1/bridge.ts'

const PLAIN = {
  name: 'echo',
  stream: false,
  credit: 0,
  verb: 0,
  reference: 0,
  keep: false,
  limited: false,
  trace: undefined,
}

/** A frame that starts a call, with an encoded payload. */
export function startFrame(call: number, payload: Uint8Array): ClientFrame {
  return { call, kind: { $case: 'start', value: { ...PLAIN, arguments: payload } } }
}
