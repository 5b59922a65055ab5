import type { ClusterOptions } from './clusterOptions.ts'
import type { CoverageOptions } from './coverageOptions.ts'
import type { DebugOptions } from './debugOptions.ts'
import type { EnvironmentBase } from './environmentBase.ts'
import type { OrphanOptions } from './orphanOptions.ts'
import type { PoolName } from './poolName.ts'

/**
 * Options of `python({ … })`. Those of {@link PoolOptions} apply to every pool.
 *
 * @example
 * ```ts
 * const options: PythonOptions = { modules: ['./python/text.py'], isolation: 'file' }
 * ```
 */
export interface PythonOptions extends PoolOptions {
  /**
   * The environment that the environment `python` adds its global to; see docs/vitest.md.
   *
   * @default `'node'`
   */
  base?: EnvironmentBase | undefined
  /**
   * Reports about all pools of the run: files that are written at its end, and the summary; see docs/reports.md.
   *
   * @default `{}`
   */
  report?: ReportOptions | undefined
  /**
   * The file for the TypeScript types of your functions, which `npx vitest-python types` writes. In watch mode, it is
   * written again if a signature changes. Without it, the command writes `./python.d.ts`. See docs/types.md.
   *
   * @default no file
   */
  types?: TypesOption | undefined
  /**
   * More pools, by name. Each inherits the options beside `pools` and can override them. Tests that name no pool use
   * `default`, whose options you can override here too; see docs/pools.md.
   *
   * @default `{}`
   */
  pools?: { readonly [Name in PoolName]?: PoolOptions | undefined } | undefined
}

/** The option `types`: a path relative to the project's root, or more settings. */
export type TypesOption = string | TypesSettings

/** Settings of the generated types. */
export interface TypesSettings {
  /** The path of the file, relative to the project's root. */
  file: string
  /**
   * Whether every name that the file doesn't list is an error, and not only names within the listed modules.
   *
   * @default `false`
   */
  strict?: boolean | undefined
  /**
   * The type of an `int` that Python returns. Beyond 2^53, it arrives as a bigint.
   *
   * @default `'number'`
   */
  int?: 'number' | 'number | bigint' | undefined
}

/** Options of one pool. */
export interface PoolOptions {
  /**
   * Interpreter: a path, or a command on `PATH`. If you leave it out, the first that exists of `VITEST_PYTHON`, the active
   * virtual environment, `.venv`, `uv run`, `python3` and `python` is used; see docs/python.md.
   *
   * @default found
   */
  python?: string | undefined
  /**
   * The modules whose functions tests can call. A file (`./python/tools.py`, relative to the project's root) is called by
   * its base name, an importable module (`app.tools`) by its full name.
   *
   * @default `[]`
   */
  modules?: readonly string[] | undefined
  /**
   * gRPC servicers of your project, as `module:function`. The function gets the `grpc.Server` before it starts.
   *
   * @default `[]`
   */
  services?: readonly string[] | undefined
  /**
   * The transport for `python.call` and the other methods of `python`: `auto` uses a Unix socket, which is faster,
   * `grpc` uses gRPC. `tls` uses mutual TLS on 127.0.0.1, as between machines: with it you see its price.
   * Stubs of your own services use gRPC in each case. The environment variable
   * `VITEST_PYTHON_TRANSPORT` sets another default.
   *
   * @default `'auto'`
   */
  transport?: 'auto' | 'grpc' | 'tls' | undefined
  /**
   * The tests that share a Python process: one `test`, all tests of a `file`, or any number of tests (`shared`).
   *
   * @default `'test'`
   */
  isolation?: 'test' | 'file' | 'shared' | undefined
  /**
   * When Python starts: `lazy` waits for the first test file that needs it, `eager` starts it before the tests. With
   * `eager`, a module that cannot be imported fails the run instead of a test.
   *
   * @default `'lazy'`
   */
  start?: 'lazy' | 'eager' | undefined
  /**
   * How a worker starts: `fork` copies a process that has imported your modules, `spawn` starts a new interpreter. Use
   * `spawn` if one of your libraries does not survive a fork.
   *
   * @default `'fork'` on Linux
   */
  startMethod?: 'fork' | 'spawn' | undefined
  /**
   * Maximum number of workers alive at once.
   *
   * @default 4 for each core, at least 8
   */
  maxWorkers?: number | undefined
  /**
   * Number of workers kept ready for later leases, including the one that each test process holds for its next test.
   *
   * @default test processes + 1, at most 8
   */
  spares?: number | undefined
  /**
   * Milliseconds that Python may take to start, including the import of your modules.
   *
   * @default `30_000`
   */
  startupTimeout?: number | undefined
  /**
   * Milliseconds that a test waits for a free worker.
   *
   * @default `60_000`
   */
  leaseTimeout?: number | undefined
  /**
   * Milliseconds that a worker gets to exit before it is killed.
   *
   * @default `1_000`
   */
  stopTimeout?: number | undefined
  /**
   * What an orphan does to the run: `fail` sets a non-zero exit code, `warn` only reports the orphans that were killed. A
   * run that cannot be verified fails either way. An object sets this as `action`, names executables that may outlive the
   * run in `keep`, and says what fails for an orphan in `blame`; see docs/orphans.md.
   *
   * @default `'fail'`
   */
  orphans?: 'fail' | 'warn' | OrphanOptions | undefined
  /**
   * Seed for `random` and `numpy.random`, combined with the name of each test. `false` leaves both unseeded. If you set
   * neither `seed` nor `sequence.seed`, each run derives its seed from the time; see docs/python.md.
   *
   * @default `sequence.seed`
   */
  seed?: number | false | undefined
  /**
   * With `isolation: 'shared'`: the number of leases, milliseconds, or megabytes of growth after which a worker is
   * replaced, always between two leases; see docs/pools.md.
   *
   * @default `{}`
   */
  recycle?: RecycleOptions | undefined
  /**
   * With `isolation: 'shared'`: a Python function that restores the worker's state. It is called without arguments after
   * each lease. If it raises an error or takes too long, the worker is replaced; see docs/pools.md.
   *
   * @default none
   */
  reset?: string | undefined
  /**
   * Milliseconds that the function of `reset` may take. Without `reset`, it does nothing.
   *
   * @default `5_000`
   */
  resetTimeout?: number | undefined
  /**
   * With `isolation: 'shared'`: `hint` prefers the worker that served the file before if it is free, `strict` waits for it.
   *
   * @default `'hint'`
   */
  affinity?: 'hint' | 'strict' | undefined
  /**
   * Environment variables for Python, added to those of the runner.
   *
   * @default `{}`
   */
  env?: Readonly<Record<string, string>> | undefined
  /**
   * Whether a debugger can attach to Python, on a port of the loopback address. It needs debugpy in your Python
   * environment, and lifts the time limits. The variable `VITEST_PYTHON_DEBUG` (`1` or `0`) comes first. If you set
   * neither, it is on if Node's own debugger is on and debugpy is there; see docs/debugging.md.
   *
   * @default with `--inspect`
   */
  debug?: boolean | DebugOptions | undefined
  /**
   * Whether your runner's coverage includes your Python code, if it is on. It needs coverage.py 7.6 or newer in your Python
   * environment. If you don't set this, it does if coverage.py is there; see docs/coverage.md.
   *
   * @default with the runner's coverage
   */
  coverage?: boolean | CoverageOptions | undefined
  /**
   * Runs Python on the nodes of a Ray cluster that this machine belongs to, instead of on this machine. `maxWorkers` and
   * `spares` count for each node. See docs/cluster.md.
   *
   * @default this machine
   */
  cluster?: ClusterOptions | undefined
}

/**
 * Reports about a run of the tests. Paths are relative to the root of the project; directories are made. While a file is
 * asked for, memory and processor time of each Python process are sampled four times a second.
 *
 * @example
 * ```ts
 * const report: ReportOptions = { html: 'reports/python.html', json: 'reports/python.json' }
 * ```
 */
export interface ReportOptions {
  /**
   * A file for everything about the run as JSON. `vitest-environment-python/report.schema.json` describes it, and
   * `vitest-python merge` joins those of shards.
   *
   * @default none
   */
  json?: string | undefined
  /**
   * A file for the timeline of workers, tests and calls as one HTML page, which needs no network.
   *
   * @default none
   */
  html?: string | undefined
  /**
   * A file for a trace that Perfetto and chrome://tracing open.
   *
   * @default none
   */
  trace?: string | undefined
  /**
   * Prints the whole summary at the end. Without it, one line is printed, and the rest only if the verdict fails the run
   * or a worker crashes.
   *
   * @default `false`
   */
  summary?: boolean | undefined
  /**
   * Records each call in the files. Without it, calls are counted by function, and only those that fail are recorded.
   *
   * @default `false`
   */
  calls?: boolean | undefined
}

/** The limits after which a shared worker is replaced. A limit that you leave out does not apply. */
export interface RecycleOptions {
  /**
   * Number of leases that one worker serves.
   *
   * @default no limit
   */
  leases?: number | undefined
  /**
   * Milliseconds since the worker was ready.
   *
   * @default no limit
   */
  age?: number | undefined
  /**
   * Megabytes (1,000,000 bytes) by which the resident memory of the worker has grown since it was ready.
   *
   * @default no limit
   */
  memory?: number | undefined
}

/** Options of a Jest project: `testEnvironmentOptions.python`. */
export interface JestPythonOptions extends PoolOptions {
  /**
   * The environment to build on: `'node'`, `'jsdom'`, `'happy-dom'`, or the name of a package.
   *
   * @default `'node'`
   */
  base?: string | undefined
  /**
   * Reports about all pools of the run: files that are written at its end, and the summary; see docs/reports.md.
   *
   * @default `{}`
   */
  report?: ReportOptions | undefined
  /**
   * The file for the TypeScript types of your functions, which `npx vitest-python types` writes. In watch mode, it is
   * written again if a signature changes. Without it, the command writes `./python.d.ts`. See docs/types.md.
   *
   * @default no file
   */
  types?: TypesOption | undefined
}
