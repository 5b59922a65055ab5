import * as v from 'valibot'
import { DEFAULT_POOL } from '../client/lease/context.ts'
import { SetupError } from '../support/errors.ts'
import type { ResolvedCluster } from './clusterOptions.ts'
import { shareCores } from './numericThreads.ts'
import { describeProblem } from './optionProblems.ts'
import type { PythonOptions, ReportOptions } from './pythonOptions.ts'
import { OptionsSchema, optionPaths, PoolSchema, type ResolvedOptions, sparesFor } from './schema.ts'

/**
 * Checks options and fills in the defaults.
 *
 * @param where The place of the options, for the message: "python({ … })".
 * @param testProcesses The number of test processes that run at once. If you give it, `spares` follows from it and the
 * cores are shared among the workers.
 * @returns The options of each pool by its name; `default` is always among them.
 * @throws {@link SetupError} `OPTIONS_INVALID`, which names each wrong option, its value and what to write instead.
 */
export function resolvePools(
  options: unknown,
  where = 'python({ … })',
  testProcesses?: number,
): Record<string, ResolvedOptions> {
  const { pools } = parse(OptionsSchema, options ?? {}, where)
  const { pools: _, base: __, report: ___, types: ____, ...common } = (options ?? {}) as PythonOptions
  const suited = testProcesses === undefined ? {} : { spares: sparesFor(testProcesses) }
  const named = Object.entries({ [DEFAULT_POOL]: {}, ...pools })
  return Object.fromEntries(
    named.map(([name, own]) => {
      const pool = parse(PoolSchema, { ...suited, ...common, ...own }, where, `pools.${name}.`)
      checkReset(pool, where, name)
      checkCluster(pool, where, name)
      if (pool.cluster) return [name, onCluster(pool, pool.cluster)]
      if (testProcesses === undefined) return [name, pool]
      const threads = shareCores(testProcesses, { ...process.env, ...pool.env })
      return [name, { ...pool, env: { ...threads, ...pool.env } }]
    }),
  )
}

/** The option `report`, from options that `resolvePools` has checked. */
export function resolveReport(options: unknown): ReportOptions {
  return parse(OptionsSchema, options ?? {}, 'python({ … })').report
}

/** The same for the pool `default` alone. Parameters and errors are those of `resolvePools`. */
export function resolveOptions(options: unknown, where = 'python({ … })') {
  return parse(OptionsSchema, options ?? {}, where)
}

function checkReset({ reset, isolation }: ResolvedOptions, where: string, pool: string): void {
  if (reset === undefined || isolation === 'shared') return
  const place = pool === DEFAULT_POOL ? '' : `pools.${pool}.`
  throw new SetupError(
    'OPTIONS_INVALID',
    `${where} has an option that cannot be used:\n  - ${place}reset is "${reset}", but isolation is "${isolation}", so no worker ` +
      'serves two leases: leave it out, or write isolation: "shared"',
  )
}

function checkCluster({ cluster, transport, debug }: ResolvedOptions, where: string, pool: string): void {
  if (!cluster) return
  const place = pool === DEFAULT_POOL ? '' : `pools.${pool}.`
  const problems = [
    transport === 'grpc' &&
      `${place}transport is "grpc", but on a cluster sessions are encrypted: leave it out`,
    debug && `${place}debug is on, but a debugger can't attach to the nodes of a cluster: leave it out`,
  ].filter(Boolean)
  if (problems.length === 0) return
  throw new SetupError(
    'OPTIONS_INVALID',
    `${where} has options that cannot be used with cluster:\n${problems.map((text) => `  - ${text}`).join('\n')}`,
  )
}

/** The limits of a pool count for each node, and no worker is on this machine. */
function onCluster(pool: ResolvedOptions, { nodes }: ResolvedCluster): ResolvedOptions {
  const { maxWorkers, spares, orphans } = pool
  return {
    ...pool,
    transport: 'tls',
    maxWorkers: maxWorkers * nodes,
    spares: spares * nodes,
    // The processes of a node are named at the end of the run.
    orphans: { ...orphans, blame: 'run' },
  }
}

function parse<S extends v.GenericSchema>(schema: S, options: unknown, where: string, prefix = '') {
  const result = v.safeParse(schema, options)
  if (result.success) return result.output
  const problems = result.issues.map((issue) => `  - ${describeProblem(issue, optionPaths, prefix)}`)
  throw new SetupError(
    'OPTIONS_INVALID',
    `${where} has ${problems.length === 1 ? 'an option' : 'options'} that cannot be used:\n${problems.join('\n')}`,
  )
}
