import { availableParallelism } from 'node:os'
import * as v from 'valibot'
import { DEFAULT_POOL } from '../client/lease/context.ts'
import { SetupError } from '../support/errors.ts'
import { shareCores } from './numericThreads.ts'
import { describeProblem } from './optionProblems.ts'

/** Options of `python({ … })`. */
export interface PythonOptions extends PoolOptions {
  /** What the environment `python` puts its global on top of; see docs/vitest.md. Default: `'node'`. */
  base?: 'node' | 'jsdom' | 'happy-dom' | undefined
  /**
   * More pools, by name: each has the options beside it, and its own on top. `default` is the one that
   * the fixtures take where no name is given; see docs/pools.md. Default: `{}`.
   */
  pools?: Record<string, PoolOptions> | undefined
}

/** Options of one pool. */
export interface PoolOptions {
  /**
   * Interpreter: a path, or a command on PATH. Where there is none, the first of `VITEST_PYTHON`, the active virtual
   * environment, `.venv`, `uv run`, `python3`, `python`; see docs/python.md. Default: found.
   */
  python?: string | undefined
  /**
   * What tests may call: files (`./python/tools.py`, relative to the project's root), which are called by their base
   * name, and importable modules (`app.tools`). Default: `[]`.
   */
  modules?: string[] | undefined
  /**
   * gRPC servicers of the project, as `module:function`; the function gets the `grpc.Server` before it starts.
   * Default: `[]`.
   */
  services?: string[] | undefined
  /**
   * How long one Python process serves: one `test`, all tests of a `file`, or any number of tests (`shared`).
   * Default: `'test'`.
   */
  isolation?: 'test' | 'file' | 'shared' | undefined
  /**
   * `lazy`: Python starts when a test file needs it. `eager`: before the tests; a module that cannot be imported then
   * fails the run and not a test. Default: `'lazy'`.
   */
  start?: 'lazy' | 'eager' | undefined
  /**
   * `fork` copies a process that has imported your modules. `spawn` starts a new interpreter for each worker, for
   * libraries that do not survive a fork. Default: `'fork'` on Linux.
   */
  startMethod?: 'fork' | 'spawn' | undefined
  /** Most workers alive at once. Default: 4 for each core, at least 8. */
  maxWorkers?: number | undefined
  /** Workers kept ready ahead of need, the next one of each test process included. Default: test processes + 1, at most 8. */
  spares?: number | undefined
  /** Milliseconds for Python to come up, the import of the modules included. Default: `30_000`. */
  startupTimeout?: number | undefined
  /** Milliseconds that a test waits for a free worker. Default: `60_000`. */
  leaseTimeout?: number | undefined
  /** Milliseconds that a worker gets to end by itself before it is killed. Default: `1_000`. */
  stopTimeout?: number | undefined
  /**
   * What orphans do to the run: `fail` sets a non-zero exit code, `warn` only reports those that could be killed.
   * A run that cannot be verified fails either way. Default: `'fail'`.
   */
  orphans?: 'fail' | 'warn' | undefined
  /**
   * What Python's random numbers (`random`, `numpy.random`) follow from in each test, beside the test's name:
   * a whole number, or `false` for numbers that nobody can repeat; see docs/python.md. Without `sequence.seed`, from
   * the time. Default: `sequence.seed`.
   */
  seed?: number | false | undefined
  /**
   * With `isolation: 'shared'`: a worker is replaced after so many leases, milliseconds, or megabytes by which it has
   * grown, always between two leases; see docs/pools.md. Default: `{}`.
   */
  recycle?: RecycleOptions | undefined
  /**
   * With `isolation: 'shared'`: whether the tests of a file get the process that the file had before where it is
   * free (`hint`), or wait for it (`strict`). Default: `'hint'`.
   */
  affinity?: 'hint' | 'strict' | undefined
  /** Environment variables for Python, on top of the runner's. Default: `{}`. */
  env?: Record<string, string> | undefined
}

/** When a shared worker has served long enough. What is not given does not count. */
export interface RecycleOptions {
  /** Leases that one worker serves. */
  leases?: number | undefined
  /** Milliseconds since it was ready. */
  age?: number | undefined
  /** Megabytes (1,000,000 bytes) of resident memory by which it may have grown since it was ready. */
  memory?: number | undefined
}

/** Each test process holds one ahead, and one is ready for whoever comes. */
function sparesFor(testProcesses: number): number {
  return Math.min(8, testProcesses + 1)
}

const milliseconds = (what: string) =>
  v.pipe(
    v.number(`${what} is a number of milliseconds`),
    v.integer(`${what} is a whole number`),
    v.minValue(1, `${what} is at least 1`),
  )
const count = (least: number) =>
  v.pipe(
    v.number('write a whole number'),
    v.integer('write a whole number'),
    v.minValue(least, `write at least ${least}`),
  )
const texts = v.array(
  v.pipe(v.string('write a list of texts'), v.nonEmpty('leave out empty texts')),
  'write a list, as in ["./python/tools.py"]',
)

const PoolSchema = v.strictObject({
  python: v.optional(v.pipe(v.string('write a path or a command'), v.nonEmpty('write a path or a command'))),
  modules: v.optional(texts, []),
  services: v.optional(
    v.array(
      v.pipe(
        v.string('write "module:function"'),
        v.regex(/^[\w.]+:[\w.]+$/, 'write "module:function", as in "app.embed:register"'),
      ),
      'write a list, as in ["app.embed:register"]',
    ),
    [],
  ),
  isolation: v.optional(v.picklist(['test', 'file', 'shared'], 'write "test", "file" or "shared"'), 'test'),
  start: v.optional(v.picklist(['lazy', 'eager'], 'write "lazy" or "eager"'), 'lazy'),
  startMethod: v.optional(
    v.picklist(['fork', 'spawn'], 'write "fork" or "spawn"'),
    process.platform === 'linux' ? 'fork' : 'spawn',
  ),
  maxWorkers: v.optional(count(1), Math.max(8, 4 * availableParallelism())),
  spares: v.optional(count(0), sparesFor(availableParallelism())),
  startupTimeout: v.optional(milliseconds('startupTimeout'), 30_000),
  leaseTimeout: v.optional(milliseconds('leaseTimeout'), 60_000),
  stopTimeout: v.optional(milliseconds('stopTimeout'), 1_000),
  orphans: v.optional(v.picklist(['fail', 'warn'], 'write "fail" or "warn"'), 'fail'),
  seed: v.optional(
    v.union([v.literal(false), v.pipe(v.number(), v.safeInteger())], 'write a whole number or false'),
  ),
  recycle: v.optional(
    v.strictObject(
      {
        leases: v.optional(count(1)),
        age: v.optional(milliseconds('recycle.age')),
        memory: v.optional(count(1)),
      },
      'write an object, as in { leases: 100, memory: 500 }',
    ),
    {},
  ),
  affinity: v.optional(v.picklist(['hint', 'strict'], 'write "hint" or "strict"'), 'hint'),
  env: v.optional(v.record(v.string(), v.string('write texts only'), 'write an object of texts'), {}),
}) satisfies v.GenericSchema<PoolOptions>

const NAME = v.pipe(v.string(), v.regex(/^[\w-]+$/, 'name a pool with letters, digits, "_" and "-"'))

const OptionsSchema = v.strictObject({
  ...PoolSchema.entries,
  base: v.optional(
    v.picklist(['node', 'jsdom', 'happy-dom'], 'write "node", "jsdom" or "happy-dom"'),
    'node',
  ),
  // What is in them is checked with what they inherit.
  pools: v.optional(
    v.record(
      NAME,
      v.looseObject({}, 'write an object of options'),
      'write pools by their names, as in { gpu: { … } }',
    ),
    {},
  ),
}) satisfies v.GenericSchema<PythonOptions>

/** The options of a pool with every default filled in. */
export type ResolvedOptions = v.InferOutput<typeof PoolSchema>

/** The names of all options. */
export const optionNames: readonly string[] = Object.keys(OptionsSchema.entries)

/**
 * Checks options at the door and fills in the defaults.
 *
 * @param where who wrote them, for the message: "python({ … })"
 * @param testProcesses how many run at once: defaults that follow from them are filled in, and the cores shared out
 * @returns the options of each pool by its name, `default` always among them
 * @throws SetupError OPTIONS_INVALID naming each option, its value and the remedy
 */
export function resolvePools(
  options: unknown,
  where = 'python({ … })',
  testProcesses?: number,
): Record<string, ResolvedOptions> {
  const { pools } = parse(OptionsSchema, options ?? {}, where)
  const { pools: _, base: __, ...common } = (options ?? {}) as PythonOptions
  const suited = testProcesses === undefined ? {} : { spares: sparesFor(testProcesses) }
  const named = Object.entries({ [DEFAULT_POOL]: {}, ...pools })
  return Object.fromEntries(
    named.map(([name, own]) => {
      const pool = parse(PoolSchema, { ...suited, ...common, ...own }, where, `pools.${name}.`)
      if (testProcesses === undefined) return [name, pool]
      const threads = shareCores(testProcesses, { ...process.env, ...pool.env })
      return [name, { ...pool, env: { ...threads, ...pool.env } }]
    }),
  )
}

/** The same for the pool `default` alone. Parameters and errors as `resolvePools`. */
export function resolveOptions(options: unknown, where = 'python({ … })') {
  return parse(OptionsSchema, options ?? {}, where)
}

function parse<S extends v.GenericSchema>(schema: S, options: unknown, where: string, prefix = '') {
  const result = v.safeParse(schema, options)
  if (result.success) return result.output
  const problems = result.issues.map((issue) => `  - ${describeProblem(issue, optionNames, prefix)}`)
  throw new SetupError(
    'OPTIONS_INVALID',
    `${where} has ${problems.length === 1 ? 'an option' : 'options'} that cannot be used:\n${problems.join('\n')}`,
  )
}
