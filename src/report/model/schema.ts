import * as v from 'valibot'
import { REPORT_SCHEMA } from './version.ts'

const described = <S extends v.GenericSchema>(schema: S, text: string) => v.pipe(schema, v.description(text))
const text = (meaning: string) => described(v.string(), meaning)
const number = (meaning: string) => described(v.number(), meaning)
const count = (meaning: string) => v.pipe(v.number(), v.integer(), v.minValue(0), v.description(meaning))
const time = (meaning: string) => number(`${meaning}, in milliseconds since the epoch`)
const orNull = <S extends v.GenericSchema>(schema: S) => v.nullable(schema)

const RUN = text('run ID: one pool of one project')

export const VerdictSchema = described(
  v.picklist(['clean', 'orphans', 'unknown', 'unused', 'pending']),
  '`unused` if Python never started; `pending` in watch mode, where the processes are verified when the runner ends',
)

const ShardSchema = v.object({ index: count('starts with 1'), count: count('number of shards') })

const PoolSchema = v.object({
  run: RUN,
  names: described(
    v.array(v.string()),
    'names of the pool, after "project:" if the project has a name; projects with equal options share a pool',
  ),
  isolation: v.picklist(['test', 'file', 'shared']),
  startMethod: described(orNull(v.picklist(['fork', 'spawn'])), 'the method in use at the end of the run'),
  python: orNull(v.object({ version: v.string(), executable: v.string() })),
  verdict: VerdictSchema,
  failed: described(v.boolean(), 'whether the verdict fails the run; the option `orphans` decides'),
  findings: v.object({
    problems: described(v.array(v.string()), 'reasons why the run is not proven clean, beside processes'),
    unknown: v.array(
      v.object({ pid: count('process ID'), name: v.string(), reason: text('why it cannot be judged') }),
    ),
    cleanSweeps: count('clean sweeps in a row at the end; two prove a run clean'),
    looked: count('processes that the last sweep looked at'),
    stopping: number('milliseconds that the workers took to stop'),
    sweeping: number('milliseconds of the longest sweep'),
  }),
})

const WorkerSchema = v.object({
  run: RUN,
  id: text('w1, w2, …, or forkserver-1, …'),
  kind: v.picklist(['worker', 'forkserver']),
  node: v.optional(text('the node of a cluster that it was on; absent if that is this machine')),
  pid: described(orNull(count('process ID')), '`null` if it did not come up'),
  from: time('when it was asked to start'),
  ready: described(orNull(v.number()), 'when it could be leased; `null` if it did not come up'),
  until: described(orNull(v.number()), 'when it had ended'),
  exit: described(
    orNull(
      v.object({
        status: orNull(v.number()),
        signal: orNull(v.string()),
        cause: v.picklist(['asked', 'killed', 'unresponsive', 'by itself']),
        crashed: described(v.boolean(), 'whether it ended by itself'),
      }),
    ),
    '`null` if its end was not seen',
  ),
})

const LeaseSchema = v.object({
  run: RUN,
  id: text('l1, l2, …'),
  worker: text('ID of the worker'),
  file: text('path of the test file'),
  test: text('full name of the test; empty for a lease of a whole file'),
  from: time('when the worker was granted'),
  taken: described(
    orNull(v.number()),
    'when the test took it; `null` for a prefetched worker that no test needed',
  ),
  until: described(orNull(v.number()), 'when it was given back'),
  wait: number('milliseconds that the test waited for the worker'),
  peakMemory: count('highest resident memory of the worker so far, in bytes; 0 if the system does not tell'),
})

const FunctionSchema = v.object({
  name: text('module.function; a method of a reference begins with a dot; inline Python is `eval` or `exec`'),
  calls: count('number of calls'),
  failures: count('how many of them raised'),
  total: number('milliseconds of all calls together'),
  p50: number('median in milliseconds, rounded up by at most 19 percent'),
  p95: number('95th percentile in milliseconds, rounded up by at most 19 percent'),
  max: number('milliseconds of the slowest call'),
  histogram: described(
    v.array(v.number()),
    'calls by duration: entry i counts those of at most 0.01 * 2^(i/4) milliseconds that are in no earlier entry',
  ),
})

const CallSchema = v.object({
  run: RUN,
  worker: text('ID of the worker'),
  lease: text('ID of the lease'),
  name: text('function that was called'),
  from: time('when the test called'),
  until: time('when the test had the answer'),
  error: described(orNull(v.string()), 'the error with its Python traceback; `null` if the call succeeded'),
})

const SampleSchema = v.object({
  run: RUN,
  worker: text('ID of the worker or forkserver'),
  times: described(v.array(v.number()), 'milliseconds since the epoch'),
  memory: described(v.array(v.number()), 'resident memory in bytes, one for each time'),
  cpu: described(v.array(v.number()), 'percent of one core since the sample before, one for each time'),
})

const OrphanSchema = v.object({
  run: RUN,
  node: v.optional(text('the node of a cluster that it was on; absent if that is this machine')),
  pid: count('process ID'),
  command: text('command line, shortened'),
  parent: count('process ID of its parent'),
  from: time('when it started'),
  survived: number('milliseconds that it was alive after the pool had stopped'),
  killed: described(v.boolean(), 'whether it was gone at the end'),
  knownBy: text('the mark by which it was found'),
  tracedBy: v.picklist(['lease', 'session', 'time']),
  leases: described(v.array(v.string()), 'IDs of the leases that may have started it'),
})

const CutSchema = v.object({
  what: v.picklist(['workers', 'leases', 'calls', 'samples']),
  kept: count('entries in this file'),
  left: count('entries that were left out because there were too many; samples are thinned instead'),
})

const ShardReportSchema = v.object({
  file: text('the report that was merged'),
  shard: ShardSchema,
  verdict: VerdictSchema,
  startedAt: time('when the shard began'),
  endedAt: time('when the shard had ended'),
})

/** The JSON report of a test run. */
export const ReportSchema = described(
  v.object({
    schema: v.literal(REPORT_SCHEMA),
    generator: v.object({ name: v.string(), version: v.string() }),
    runner: v.object({ name: v.picklist(['vitest', 'jest']), version: v.string() }),
    shard: described(orNull(ShardSchema), 'with `--shard`'),
    commit: described(orNull(v.string()), 'git commit of the project; `null` outside of a repository'),
    startedAt: time('when the first pool was opened'),
    endedAt: time('when the last verdict was known'),
    verdict: described(VerdictSchema, 'the worst of all pools'),
    failed: described(v.boolean(), 'whether a verdict fails the run'),
    pools: v.array(PoolSchema),
    workers: v.array(WorkerSchema),
    leases: v.array(LeaseSchema),
    latency: described(
      v.object({ calls: count('number of calls'), p50: v.number(), p95: v.number(), max: v.number() }),
      'of all calls, in milliseconds',
    ),
    functions: described(v.array(FunctionSchema), 'sorted by total time'),
    calls: described(v.array(CallSchema), 'every call with `report.calls`, else those that failed'),
    samples: v.array(SampleSchema),
    orphans: v.array(OrphanSchema),
    cut: described(v.array(CutSchema), 'entries that exceeded the limits of this file'),
    shards: v.optional(described(v.array(ShardReportSchema), 'in a merged report')),
  }),
  'Report of vitest-environment-python about one run of the tests',
)

export type Report = v.InferOutput<typeof ReportSchema>
export type ReportVerdict = v.InferOutput<typeof VerdictSchema>
export type PoolReport = Report['pools'][number]
export type WorkerSpan = Report['workers'][number]
export type LeaseSpan = Report['leases'][number]
export type CallSpan = Report['calls'][number]
export type FunctionCalls = Report['functions'][number]
export type SampleSeries = Report['samples'][number]
