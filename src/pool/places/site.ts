/** The surroundings of Python on a machine. */
export interface Site {
  /** Name of the machine. Absent if it is this one. */
  readonly node?: string | undefined
  /** Marks the processes of that machine. Nodes of a cluster have IDs of their own, because several may be one machine. */
  readonly runId: string
  /** The run directory of that machine. */
  readonly directory: string
  /** The run directory of this machine, in which the output of that machine's processes can be read. */
  readonly mirror: string
  /** The socket that Python reports to. */
  readonly controlPath: string
  /** The working directory. Paths in the options are relative to it. */
  readonly root: string
  /** The directory for compiled modules; `null` if they aren't kept. */
  readonly bytecode: string | null
  /** The environment that the option `env` is added to. */
  readonly environment: Readonly<Record<string, string>>
}

/** The file in a run directory that holds everything a process prints. */
export function logPath(directory: string, processId: string): string {
  return `${directory}/logs/${processId}.log`
}
