import type { PythonFailure } from '../../src/client/gen/vitest_python/v1/bridge.ts'

/** An exception as a worker reports it. */
export const FAILURE: PythonFailure = {
  type: 'ValueError',
  message: 'raised',
  frames: [],
  cause: undefined,
  notes: [],
  traceback: '',
  bases: [],
  arguments: new Uint8Array(),
  group: [],
  number: 0,
  callback: 0,
}
