/** Identifies a process even after its pid was given to another one. */
export interface Identity {
  pid: number
  /** When it started, as the system prints it. It is compared, never calculated with. */
  startTime: string
}

/** An identity that stays valid after a reboot and outside of this PID namespace. */
export interface OwnerIdentity extends Identity {
  bootId: string
  /** For example `pid:[4026531836]`. Pids of another namespace mean nothing here. */
  pidNamespace: string
  /** Name of the machine. A directory on a shared disk may hold the runs of other machines. */
  host: string
}

/** An identity as a key of maps and sets. */
export function nameOf({ pid, startTime }: Identity): string {
  return `${pid} ${startTime}`
}
