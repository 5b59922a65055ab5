import type { Identity } from './identity.ts'
import type { ProcessTable } from './table.ts'

/** What the operating system tells of processes. */
export interface System {
  readonly table: ProcessTable
  /** The process that has this pid now; `undefined` where there is none or only a zombie. */
  identityOf(pid: number): Identity | undefined
  /** Changes with every boot, so that pids from before are never mistaken for living ones. */
  bootId(): string
  /** When this machine was booted, in milliseconds since 1970. */
  bootedAt(): number
  /** The PID namespace of this process: pids of another one mean nothing here. */
  pidNamespace(): string
  /** When a process of that start time started, in milliseconds since 1970. */
  startedAt(startTime: string): number
  /** Everything that descends from a process, as far as the system remembers. */
  descendantsOf(pid: number): Set<number>
  /** Members of the process groups that these processes led, where groups tell more than descent. */
  groupMembers(leaders: readonly Identity[]): number[]
}
