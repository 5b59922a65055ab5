import type { ErrorCode } from '../../support/errorCodes.ts'

/**
 * What crosses from the runner's main process into the test processes: everything that a test needs
 * to lease a worker, and nothing else. It must be serialisable.
 */
export interface ProvidedPools {
  protocol: number
  /** By name; `default` is always there. */
  pools: Record<string, RunContext>
}

/** What they get where the setup failed and tests run all the same. */
export interface SetupFailure {
  failure: string
  code: ErrorCode
}

/** How to lease a worker of one pool. */
export interface RunContext {
  runId: string
  /** gRPC target of the broker. */
  broker: string
  /** Secret of this run; goes with every call. */
  token: string
  isolation: Isolation
  /** Milliseconds that a test waits for a worker. */
  leaseTimeout: number
  /** What the random numbers of each test follow from, and whether the configuration fixes it; absent: none. */
  seed?: { value: number; fixed: boolean } | undefined
}

/**
 * How long one Python process serves: for one `test`, for all tests of a `file`,
 * or for any number of tests (`shared`).
 */
export type Isolation = 'test' | 'file' | 'shared'

/** The key under which the pools are provided to the tests. */
export const CONTEXT_KEY = 'vitest-environment-python'

/** Environment variable that carries `JestContext` from Jest's global setup to its workers. */
export const JEST_VARIABLE = 'VITEST_PYTHON_JEST'

/** What Jest's tests get. */
export interface JestContext extends ProvidedPools {
  /** Whose options opened the pools: `identityOf` of the project that Jest ran the global setup with. */
  identity: string
}

/** What of a Jest project decides which Python its tests get. */
export function identityOf(project: JestProject): string {
  return JSON.stringify([project.rootDir, pythonOptionsOf(project)])
}

/** The options of a Jest project, without what chooses the environment below ours, which is no matter of Python. */
export function pythonOptionsOf({ testEnvironmentOptions }: JestProject): Record<string, unknown> {
  const { base: _, ...options } = (testEnvironmentOptions['python'] ?? {}) as Record<string, unknown>
  return options
}

/** Of Jest's project configuration, what is read here. */
export interface JestProject {
  rootDir: string
  testEnvironmentOptions: Record<string, unknown>
}

/** The pool that the fixtures take where no name is given. */
export const DEFAULT_POOL = 'default'
