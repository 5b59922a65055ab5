/** How a process ended: a status or a signal, as `waitpid` tells. */
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
  const how = exit.signal === null ? `exited with status ${exit.status}` : `was killed by ${exit.signal}`
  return exit.because === undefined ? how : `${how}, because ${exit.because}`
}
