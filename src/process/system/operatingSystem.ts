import type { Identity } from './identity.ts'
import type { ProcessTable } from './table.ts'

/** How to ask the operating system about processes. */
export interface System {
  readonly table: ProcessTable
  /** The process that has this pid now; `undefined` if there is none, or only a zombie. */
  identityOf(pid: number): Identity | undefined
  /** Changes with every boot, so pids of an earlier boot are never mistaken for living processes. */
  bootId(): string
  /** When this machine was booted, in milliseconds since 1970. */
  bootedAt(): number
  /** The PID namespace of this process. Pids of another namespace mean nothing here. */
  pidNamespace(): string
  /** When a process with this start time started, in milliseconds since 1970. */
  startedAt(startTime: string): number
  /** The children of a process, if the system can list them in a fraction of a millisecond; else `undefined`. */
  childrenOf?(pid: number): number[]
  /** The same for repeated looks at one process. */
  watchChildren?(pid: number): ChildrenWatch
  /** The living descendants of a process, as far as the system still knows them. */
  descendantsOf(pid: number): Set<number>
  /** Whether processes of a run can be marked by resource limits, and adopted by the reaper. */
  readonly marksByLimits: boolean
  /** How the system hides processes of this user that are not dumpable; `undefined` if it hides none. */
  hiding(): string | undefined
  /** Members of the process groups that these processes led, on systems on which groups tell more than descent. */
  groupMembers(leaders: readonly Identity[]): number[]
}

/** Lists the children of one process. */
export interface ChildrenWatch {
  /** Does ahead what makes `read` fast. */
  prepare(): void
  /** The children that the process has now. */
  read(): number[]
  close(): void
}
