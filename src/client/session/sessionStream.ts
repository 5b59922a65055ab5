import type { ClientFrame, WorkerFrame } from '../gen/vitest_python/v1/bridge.ts'

/** The error of a session whose stream has ended. */
export const CLOSED = 'Python closed the session of this lease.'

/** The frames of a session: a gRPC stream, or a socket. */
export interface SessionStream {
  write(frame: ClientFrame): unknown
  on(event: 'data', listener: (frame: WorkerFrame) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'end', listener: () => void): unknown
  off(event: 'data', listener: (frame: WorkerFrame) => void): unknown
  off(event: 'error', listener: (error: Error) => void): unknown
  off(event: 'end', listener: () => void): unknown
  /** Ends the session. Python cancels its calls. */
  cancel(): void
}
