import type { RecordedCall } from '../events/runEvents.ts'
import type { CalledWorker } from '../tracing/callSpan.ts'

/** The services that a session needs from its lease. */
export interface SessionHost {
  /** For the spans of calls. */
  readonly worker?: CalledWorker
  /** Finds out why the stream broke. The calls fail with the error that it returns. */
  explain(broken: Error): Promise<Error>
  /** Has the pool kill the worker, and with it the session, because this call cannot be interrupted. */
  killUnresponsive(name: string): void
  /** Whether Python can open the files of this process. */
  sharesMemory(): boolean
  /** Whether a debugger may stop Python, so no time limit applies. */
  readonly isDebugged?: boolean | undefined
  /** Called before the test gets anything from Python. */
  beforeAnswer(): void
  /** Called when a call of the test has ended. `error` is what the test gets. */
  callEnded?(call: RecordedCall, error: Error | undefined): void
  /** Makes a value or an error that the test is about to get an instance of classes that the test knows. */
  adopt<T>(given: T): T
}
