import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { ResolvedOptions } from '../../options/options.ts'
import { createRunDirectory, type RunDirectory } from '../../process/run/runDirectory.ts'
import { ownIdentity } from '../../process/system/identify.ts'
import type { OwnerIdentity } from '../../process/system/identity.ts'

/** What a run is before anything was started: a directory, a secret, and what the user wants. */
export interface Run {
  /** The run ID. It is the name of the run directory. */
  readonly id: string
  readonly directory: RunDirectory
  readonly owner: OwnerIdentity
  /** Secret of this run; goes with every call. */
  readonly token: string
  /** Root of the project; paths in the options are relative to it. */
  readonly root: string
  readonly options: ResolvedOptions
  /** Set where the runner watches files and runs tests again. */
  readonly watch: Watch | undefined
  readonly brokerPath: string
  readonly controlPath: string
}

/** What a runner that watches files wants to know. */
export interface Watch {
  /** A Python file of the user is in use and to be watched. */
  onFile(file: string): void
}

/** Mints a run. */
export function createRun(root: string, options: ResolvedOptions, watch?: Watch): Run {
  const owner = ownIdentity()
  const directory = createRunDirectory(owner, root)
  return {
    id: directory.runId,
    directory,
    owner,
    root,
    options,
    watch,
    token: randomBytes(24).toString('base64url'),
    brokerPath: join(directory.path, 'broker.sock'),
    controlPath: join(directory.path, 'control.sock'),
  }
}

/** The file that holds everything a process of the run prints. */
export function logPath(run: Run, processId: string): string {
  return join(run.directory.path, 'logs', `${processId}.log`)
}
