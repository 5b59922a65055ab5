/** The surroundings of Python on a machine. */
export interface Site {
  /** Name of the machine. Absent if it is this one. */
  readonly node?: string | undefined
  /** The run directory of that machine. */
  readonly directory: string
  /** The socket that Python reports to. */
  readonly controlPath: string
  /** The working directory. Paths in the options are relative to it. */
  readonly root: string
  /** The directory for compiled modules; `null` if they aren't kept. */
  readonly bytecode: string | null
  /** The environment that the option `env` is added to. */
  readonly environment: Readonly<Record<string, string>>
}

/** The file that holds everything a process prints. */
export function logPath(directory: string, processId: string): string {
  return `${directory}/logs/${processId}.log`
}
