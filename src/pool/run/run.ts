import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { traceVariables } from '../../client/tracing/traceVariables.ts'
import type { ResolvedOptions } from '../../options/schema.ts'
import { createRunDirectory, type RunDirectory, runsDirectory } from '../../process/run/runDirectory.ts'
import { ownIdentity } from '../../process/system/identify.ts'
import type { OwnerIdentity } from '../../process/system/identity.ts'
import type { DebugPort } from '../debug/debugPort.ts'
import { makeCertificates, type RunCertificates } from './certificates.ts'
import { RunEvents } from './events.ts'

/** A run before any process has started: its directory, its secret and its options. */
export interface Run {
  /** The run ID. It is the name of the run directory. */
  readonly id: string
  readonly directory: RunDirectory
  readonly owner: OwnerIdentity
  /** The secret of this run. Every call carries it. */
  readonly token: string
  /** For workers that listen on a network; absent if none does. */
  readonly certificates: RunCertificates | undefined
  /** Root of the project. Paths in the options are relative to it. */
  readonly root: string
  readonly options: ResolvedOptions
  /** Set if the runner watches files and reruns tests. */
  readonly watch: Watch | undefined
  /** Set if Python is debugged. */
  readonly debugPort: DebugPort | undefined
  /** What happens in the run. */
  readonly events: RunEvents
  /** Environment variables that name the span in which the run began. */
  readonly traceVariables: Readonly<Record<string, string>>
  readonly brokerPath: string
  readonly controlPath: string
}

/** The callbacks of a runner that watches files. */
export interface Watch {
  /** The tests use this Python file, so it must be watched. */
  onFile(file: string): void
}

/** Creates the run directory, and with it the run ID. */
export function createRun(root: string, options: ResolvedOptions, watch?: Watch, debugPort?: DebugPort): Run {
  const owner = ownIdentity()
  const directory = createRunDirectory(owner, root, runsDirectory(), options.orphans.keep)
  const events = new RunEvents(directory.runId)
  debugPort?.follow(events)
  return {
    id: directory.runId,
    directory,
    owner,
    root,
    options,
    watch,
    debugPort,
    events,
    traceVariables: traceVariables(),
    certificates:
      options.transport === 'tls' ? makeCertificates(`${directory.runId}.vitest-python`) : undefined,
    token: randomBytes(24).toString('base64url'),
    brokerPath: join(directory.path, 'broker.sock'),
    controlPath: join(directory.path, 'control.sock'),
  }
}
