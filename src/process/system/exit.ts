/** How a process ended: a status or a signal, as `waitpid` tells. */
export interface Exit {
  status: number | null
  signal: string | null
  /** Which other end brought this one about. */
  because?: string
}

/** The end of a process in words, for the end of a sentence: "was killed by SIGSEGV", "exited with status 1". */
export function describeExit(exit: Exit): string {
  const how = exit.signal === null ? `exited with status ${exit.status}` : `was killed by ${exit.signal}`
  return exit.because === undefined ? how : `${how}, because ${exit.because}`
}
