import { availableParallelism } from 'node:os'
import * as v from 'valibot'
import { ClusterSchema, clusterOptionNames } from './clusterOptions.ts'
import { CoverageSchema, coverageOptionNames, type Measuring } from './coverageOptions.ts'
import { DebugSchema, debugOptionNames } from './debugOptions.ts'
import { BASE_REMEDY, BASES } from './environmentBase.ts'
import { OrphansSchema, orphanOptionNames } from './orphanOptions.ts'
import type { PoolOptions, PythonOptions, TypesOption } from './pythonOptions.ts'

/** One for the next test of each test process, and one for any other request. */
export function sparesFor(testProcesses: number): number {
  return Math.min(8, testProcesses + 1)
}

/** Node's timers end at once after 2^31 milliseconds, and some waits are longer than the option. */
const MAX_MS = 2_000_000_000

const milliseconds = (what: string) =>
  v.pipe(
    v.number(`${what} is a number of milliseconds`),
    v.integer(`${what} is a whole number`),
    v.minValue(1, `${what} is at least 1`),
    v.maxValue(MAX_MS, `${what} is at most ${MAX_MS}`),
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

const path = v.optional(v.pipe(v.string('write the path of a file'), v.nonEmpty('write the path of a file')))
const flag = v.optional(v.boolean('write true or false'), false)

export const ReportSchema = v.strictObject(
  { json: path, html: path, trace: path, summary: flag, calls: flag },
  "write an object, as in { html: 'reports/python.html' }",
)

const RecycleSchema = v.strictObject(
  {
    leases: v.optional(count(1)),
    age: v.optional(milliseconds('recycle.age')),
    memory: v.optional(count(1)),
  },
  'write an object, as in { leases: 100, memory: 500 }',
)

export const PoolSchema = v.strictObject({
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
  orphans: v.optional(OrphansSchema, 'fail'),
  seed: v.optional(
    v.union([v.literal(false), v.pipe(v.number(), v.safeInteger())], 'write a whole number or false'),
  ),
  recycle: v.optional(RecycleSchema, {}),
  reset: v.optional(
    v.pipe(
      v.string('write the name of a function'),
      v.regex(/^\w+(\.\w+)+$/, 'write "module.function", as in "models.reset"'),
    ),
  ),
  resetTimeout: v.optional(milliseconds('resetTimeout'), 5_000),
  transport: v.optional(
    v.picklist(
      ['auto', 'grpc', 'tls'],
      'write "auto", "grpc" or "tls" (VITEST_PYTHON_TRANSPORT sets the default)',
    ),
    () => (process.env['VITEST_PYTHON_TRANSPORT'] || 'auto') as 'auto',
  ),
  affinity: v.optional(v.picklist(['hint', 'strict'], 'write "hint" or "strict"'), 'hint'),
  env: v.optional(v.record(v.string(), v.string('write texts only'), 'write an object of texts'), {}),
  debug: v.optional(DebugSchema),
  coverage: v.optional(CoverageSchema),
  cluster: v.optional(ClusterSchema),
}) satisfies v.GenericSchema<PoolOptions>

const FILE = v.pipe(v.string(), v.regex(/\.d\.[cm]?ts$/, 'write the path of a .d.ts file'))

export const TypesSchema = v.union(
  [
    FILE,
    v.strictObject({
      file: FILE,
      strict: v.optional(v.boolean()),
      int: v.optional(v.picklist(['number', 'number | bigint'])),
    }),
  ],
  'write a path, as in "./python.d.ts", or an object, as in { file: "./python.d.ts", strict: true }',
) satisfies v.GenericSchema<TypesOption>

const NAME = v.pipe(v.string(), v.regex(/^[\w-]+$/, 'name a pool with letters, digits, "_" and "-"'))

export const OptionsSchema = v.strictObject({
  ...PoolSchema.entries,
  base: v.optional(v.picklist(BASES, BASE_REMEDY), 'node'),
  report: v.optional(ReportSchema, {}),
  types: v.optional(TypesSchema),
  // The options of each pool are checked together with those that it inherits.
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
export type ResolvedOptions = v.InferOutput<typeof PoolSchema> & {
  readonly measuring?: Measuring | undefined
}

/** The names of all options. */
export const optionNames: readonly string[] = Object.keys(OptionsSchema.entries)

/** The same, and the members of options that are objects: "recycle.leases". */
export const optionPaths: readonly string[] = [
  ...optionNames,
  ...Object.keys(RecycleSchema.entries).map((name) => `recycle.${name}`),
  ...clusterOptionNames.map((name) => `cluster.${name}`),
  ...coverageOptionNames.map((name) => `coverage.${name}`),
  ...debugOptionNames.map((name) => `debug.${name}`),
  ...orphanOptionNames.map((name) => `orphans.${name}`),
  ...Object.keys(ReportSchema.entries).map((name) => `report.${name}`),
]
