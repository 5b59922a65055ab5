/** Which process is meant, also after its pid was given to another one. */
export interface Identity {
  pid: number
  /** When it started, as the system puts it: compared, and never calculated with. */
  startTime: string
}

/** An identity that keeps its meaning beyond a reboot and outside this PID namespace. */
export interface OwnerIdentity extends Identity {
  bootId: string
  /** E.g. `pid:[4026531836]`: pids of another namespace mean nothing here. */
  pidNamespace: string
  /** Name of the machine: a directory on a shared disk may hold the runs of others. */
  host: string
}

/** An identity as a key of maps and sets. */
export function nameOf({ pid, startTime }: Identity): string {
  return `${pid} ${startTime}`
}
