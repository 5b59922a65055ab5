/** How a process ended: a status or a signal, as `waitpid` tells. */
export interface Exit {
  status: number | null
  signal: string | null
}

/** The end of a process in words, for the end of a sentence: "was killed by SIGSEGV", "exited with status 1". */
export function describeExit(exit: Exit): string {
  return exit.signal === null ? `exited with status ${exit.status}` : `was killed by ${exit.signal}`
}
