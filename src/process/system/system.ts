import { darwin } from './darwin.ts'
import type { Identity } from './identity.ts'
import { linux } from './linux.ts'
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

/** The one place that asks for the platform. */
export const system: System = process.platform === 'darwin' ? darwin() : linux

/** Why nothing can run on a platform; `undefined` where it can. */
export function objectionTo(platform: NodeJS.Platform): string | undefined {
  if (platform === 'linux' || platform === 'darwin') return undefined
  if (platform === 'win32')
    return 'vitest-environment-python does not run on Windows; run the tests inside WSL, where it does.'
  return `vitest-environment-python runs on Linux and macOS, not on ${platform}, where it could not tell its processes from others.`
}
