// The messages of the channels `vitest-python:…`, and the events of which the reports are made. Times are milliseconds
// since the epoch, durations are milliseconds, memory is in bytes.

/** Fields of every event. */
export interface EventOfRun {
  /** The run ID. Each pool has a run of its own. */
  readonly runId: string
  readonly at: number
}

/** A worker was started, is ready for leases, or has ended. */
export interface WorkerEvent extends EventOfRun {
  readonly event: 'started' | 'ready' | 'ended'
  /** For example `w3`. */
  readonly worker: string
  readonly pid: number
  /** The machine that it runs on; absent if that is this one. */
  readonly node?: string
  /** How it ended. */
  readonly exit?: WorkerExit
}

/** The end of a worker. */
export interface WorkerExit {
  /** Exit code; `null` if a signal ended it, or if it is not known. */
  readonly status: number | null
  readonly signal: string | null
  /**
   * `asked`: the pool asked it to exit, because its lease was over or the run ended. `killed`: it was asked, did not exit in
   * time, and was killed. `unresponsive`: a call did not react to interrupts. `by itself`: it crashed, or called `exit`.
   */
  readonly cause: 'asked' | 'killed' | 'unresponsive' | 'by itself'
}

/** A test process asked for a worker, got it, used it for a test, or gave it back. */
export interface LeaseEvent extends EventOfRun {
  readonly event: 'requested' | 'granted' | 'taken' | 'closed'
  /** Path of the test file, relative to the root of the project. */
  readonly file: string
  /** Full name of the test; empty if the lease is the file's, or if no test has taken it yet. */
  readonly test: string
  /** For example `l12`. A request has none yet. */
  readonly lease?: string
  readonly worker?: string
  readonly pid?: number
  /** The calls of the test. A closed lease has it, unless its worker or its test process has died. */
  readonly usage?: LeaseUsage
}

/** The report of a test process when it gives the worker back. */
export interface LeaseUsage {
  /** How long the test waited for the worker. */
  readonly waited: number
  /** The highest resident memory of the worker so far; 0 if the system does not tell. */
  readonly peakMemory: number
  /** By function. */
  readonly functions: readonly FunctionCalls[]
  /** The calls that failed, or each one if the run asks for them. */
  readonly calls: readonly RecordedCall[]
  /** How many calls are not in `calls`, because there were too many. */
  readonly callsLeftOut: number
}

/** All calls of one function during a lease. */
export interface FunctionCalls {
  /** As in the test: `text.word_counts`. A method of a reference begins with a dot, and inline Python is `eval` or `exec`. */
  readonly name: string
  readonly count: number
  /** How many of them failed. */
  readonly failed: number
  readonly total: number
  readonly longest: number
  /** How many calls took how long: entry `i` counts those of at most `longestOf(i)` milliseconds that are in no earlier one. */
  readonly histogram: readonly number[]
}

/** One call. */
export interface RecordedCall {
  readonly name: string
  /** When it began. */
  readonly began: number
  readonly duration: number
  readonly failed: boolean
  /** The error with Python's traceback, shortened, if it failed. */
  readonly error?: string
}

/** A call has ended. The test process publishes it. */
export interface CallEvent extends EventOfRun {
  readonly event: 'ended'
  readonly lease: string
  readonly worker: string
  readonly call: RecordedCall
  /** The error that the test gets. */
  readonly error?: Error
}

/** The run has ended. */
export interface VerdictEvent extends EventOfRun {
  readonly event: 'verdict'
  readonly verdict: 'clean' | 'orphans' | 'unknown'
  /** Whether the run fails because of it. */
  readonly failed: boolean
  readonly orphans: readonly OrphanOfRun[]
  /** Why the run is not proven clean. */
  readonly problems: readonly string[]
  readonly workersStarted: number
}

/** A process that was alive after the pool had stopped. */
export interface OrphanOfRun {
  readonly pid: number
  readonly command: string
  /** Since it started. */
  readonly age: number
  /** The tests that may have started it; empty if none did. */
  readonly tests: readonly { readonly file: string; readonly test: string; readonly worker: string }[]
  /** Whether it is gone by now. */
  readonly killed: boolean
}

/** The name of each channel, and the type of its messages. */
export interface PythonChannels {
  'vitest-python:lease': LeaseEvent
  'vitest-python:call': CallEvent
  'vitest-python:worker': WorkerEvent
  'vitest-python:verdict': VerdictEvent
}
