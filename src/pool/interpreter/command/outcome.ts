/** Between SIGTERM and SIGKILL, in milliseconds. */
export const KILL_DELAY_MS = 1_000

export interface Limits {
  cwd: string
  env: NodeJS.ProcessEnv
  /** Milliseconds until the program is killed. */
  deadline: number
  /** Ends it early. */
  signal?: AbortSignal | undefined
}

/** How a program ended, and the text that it printed. */
export interface Outcome {
  ok: boolean
  stdout: string
  stderr: string
  /** How it failed, for example "exited with status 2"; empty if it did not. */
  failure: string
  /** Whether it was interrupted. Ctrl-C reaches every process of the terminal. */
  interrupted: boolean
}

interface Ending {
  stdout: string
  stderr: string
  status: number | null
  signal: string | null
  /** Why it could not be started. */
  startFailure?: string | undefined
  /** Why it was ended early; empty if it was not. */
  reason: string
  isAborted: boolean
}

export function outcomeOf({ stdout, stderr, reason, isAborted, ...end }: Ending): Outcome {
  const failure = reason || describe(end)
  const interrupted = isAborted || end.signal === 'SIGINT' || end.status === 130
  return { ok: failure === '', stdout, stderr, failure, interrupted }
}

/** The reason if a program has not ended by its deadline. */
export const tooLate = (deadline: number): string => `did not finish within ${deadline / 1000} s`

function describe({
  status,
  signal,
  startFailure,
}: Pick<Ending, 'status' | 'signal' | 'startFailure'>): string {
  if (startFailure !== undefined) return `could not be started (${startFailure})`
  if (signal !== null) return `was ended by ${signal}`
  return status === 0 ? '' : `exited with status ${status}`
}
