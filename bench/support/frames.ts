import type { ClientFrame } from '../../src/client/gen/vitest_python/v1/bridge.ts'
import { startMessage } from '../../src/client/session/callStart.ts'

/** A frame that starts a call, with an encoded payload. */
export function startFrame(call: number, payload: Uint8Array): ClientFrame {
  return { call, kind: startMessage({ name: 'echo', arguments: payload }) }
}
