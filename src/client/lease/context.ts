import type { ErrorCode } from '../../support/errorCodes.ts'
import type { TlsIdentity } from '../wire/tls.ts'

/**
 * The context that the runner's main process provides to the test processes: everything that a test needs to lease a
 * worker, and nothing else. It must be serialisable.
 */
export interface ProvidedPools {
  protocol: number
  /** By name. There is always a pool `default`. */
  pools: Record<string, RunContext>
}

/** The context if the setup failed and the tests run all the same. */
export interface SetupFailure {
  failure: string
  code: ErrorCode
}

/** How to lease a worker of one pool. */
export interface RunContext {
  runId: string
  /** Path of the broker's socket. */
  broker: string
  /** Secret of this run. Every call sends it. */
  token: string
  /** Proves to workers that listen on a network that this process belongs to the run. Absent if there are none. */
  tls?: TlsIdentity | undefined
  isolation: Isolation
  /** Milliseconds that a test waits for a worker. */
  leaseTimeout: number
  /** What fails if a test leaves a process behind. Default: `run` */
  blame?: 'test' | 'run'
  /** Whether a debugger may stop Python, so no time limit applies. Default: false */
  isDebugged?: boolean
  /** Whether a report wants each call. Default: false */
  recordsCalls?: boolean
  /** Seed of each test's random numbers, and whether the configuration fixes it. Absent if tests are not seeded. */
  seed?: { value: number; fixed: boolean } | undefined
}

/**
 * How long one Python process serves: for one `test`, for all tests of a `file`,
 * or for any number of tests (`shared`).
 */
export type Isolation = 'test' | 'file' | 'shared'

/** A time limit that is never reached. A timer takes at most 24.8 days, and some limits are extended a little. */
export const NO_LIMIT_MS = 2_000_000_000

/** The key under which the pools are provided to the tests. */
export const CONTEXT_KEY = 'vitest-environment-python'

/** The context of Jest's tests. */
export interface JestContext extends ProvidedPools {
  /** `identityOf` the project whose options opened the pools: the one for which Jest ran the global setup. */
  identity: string
}

/** Identifies the Python of a Jest project. Projects with the same identity share their pools. */
export function identityOf(project: JestProject): string {
  return JSON.stringify([project.rootDir, pythonOptionsOf(project)])
}

/** The Python options of a Jest project, without `base`: the environment below ours does not concern Python. */
export function pythonOptionsOf({ testEnvironmentOptions }: JestProject): Record<string, unknown> {
  const { base: _, ...options } = (testEnvironmentOptions['python'] ?? {}) as Record<string, unknown>
  return options
}

/** The part of Jest's project configuration that is read here. */
export interface JestProject {
  rootDir: string
  displayName?: { name: string } | undefined
  testEnvironmentOptions: Record<string, unknown>
}

/** The pool that the fixtures use if no name is given. */
export const DEFAULT_POOL = 'default'
