/** How a process ended: a status or a signal, as `waitpid` tells. Neither is known of a process on a lost machine. */
export interface Exit {
  status: number | null
  signal: string | null
  /** The other event that caused this end. */
  because?: string
  /** File name of the native library that the main thread of an aborted worker waited in, if one was seen. */
  waitsIn?: string
}

/** Describes how a process ended, as a predicate: "was killed by SIGSEGV", "exited with status 1". */
export function describeExit(exit: Exit): string {
  const how = describeEnd(exit)
  return exit.because === undefined ? how : `${how}, because ${exit.because}`
}

function describeEnd({ status, signal }: Exit): string {
  if (signal !== null) return `was killed by ${signal}`
  return status === null ? 'was lost' : `exited with status ${status}`
}
