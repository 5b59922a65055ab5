import {
  CLUSTER_RUN_VARIABLE,
  PROTOCOL,
  RUN_DIRECTORY_VARIABLE,
  RUN_ID_VARIABLE,
} from '../../../process/run/protocol.ts'
import type { Site } from '../../places/site.ts'
import type { Run } from '../../run/run.ts'
import type { Reaper } from '../reaper/reaper.ts'

/** The interpreter of a run, and the packages that are added to it. */
export interface PythonInstallation {
  executable: string
  version: string
  /** Directory with the packages that the interpreter lacks. */
  overlay: string | null
  /** `sys.prefix`, if it's known. */
  prefix?: string | undefined
  /**
   * Asks the interpreter itself. Present if these facts come from the cache.
   *
   * @returns the right facts; `undefined` if these are right
   */
  recheck?: (() => Promise<PythonInstallation | undefined>) | undefined
}

/** The facts that decide the configuration of a Python program. */
export interface ProgramConfig {
  readonly id: string
  readonly run: Run
  readonly site: Site
  readonly startMethod: 'fork' | 'spawn'
  readonly reaper: Reaper
  readonly installation: PythonInstallation
  /** Of the driver of a cluster: the option, and the executables that may outlive the run. */
  readonly cluster?: object
}

/** The configuration, which a Python program reads first; see docs/protocol.md. */
export function configOf({
  id,
  run,
  site,
  startMethod,
  reaper,
  installation,
  cluster,
}: ProgramConfig): object {
  const { modules, services, reset, transport, measuring } = run.options
  return {
    protocol: PROTOCOL,
    id,
    runId: site.runId,
    clusterRunId: site.node === undefined ? null : run.id,
    token: run.token,
    runDirectory: site.directory,
    control: site.controlPath,
    parent: reaper.armed.pid,
    root: site.root,
    modules,
    services,
    reset,
    startMethod,
    overlay: installation.overlay,
    bytecode: site.bytecode,
    watch: run.watch !== undefined,
    // A debugger attaches to this machine.
    debug: run.debugPort !== undefined && site.node === undefined,
    coverage: measuring ?? null,
    transport,
    cluster,
  }
}

/** The environment of a Python program: its machine's, the option `env`, and the marks of the run. */
export function environmentOf({ run, site }: ProgramConfig): Record<string, string> {
  return {
    ...site.environment,
    ...run.traceVariables,
    ...run.options.env,
    [RUN_ID_VARIABLE]: site.runId,
    ...(site.node !== undefined && { [CLUSTER_RUN_VARIABLE]: run.id }),
    [RUN_DIRECTORY_VARIABLE]: site.directory,
  }
}
