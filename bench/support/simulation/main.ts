// Stands in for the runner's main process on a cluster whose nodes are simulated. Pool, broker, leases and lines are real.
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import type { RunContext } from '../../../src/client/lease/context.ts'
import { resolvePools } from '../../../src/options/options.ts'
import type { PoolOptions } from '../../../src/options/pythonOptions.ts'
import type { ResolvedOptions } from '../../../src/options/schema.ts'
import { type Broker, listenForTests } from '../../../src/pool/broker/broker.ts'
import { ClusterRuntime } from '../../../src/pool/cluster/clusterRuntime.ts'
import { connectPool } from '../../../src/pool/leasing/openPool.ts'
import type { Pool } from '../../../src/pool/leasing/pool.ts'
import { createRun } from '../../../src/pool/run/run.ts'
import { removeRunDirectory } from '../../../src/process/run/runDirectory.ts'
import { programs } from '../paths.ts'
import { SimulatedPlace } from './simulatedPlace.ts'

export type SimulationOrder =
  | { readonly op: 'open'; readonly options: PoolOptions }
  | { readonly op: 'begin' | 'end' | 'stop' }

/** The load of main between `begin` and `end`. */
export interface MainLoad {
  /** Processor time, in milliseconds. */
  readonly busy: number
  /** How late the event loop was at the 99th percentile, and at most, in milliseconds. */
  readonly delay: number
  readonly longest: number
  /** Resident memory, in MB. */
  readonly memory: number
}

/** The monitor looks so often, in milliseconds. */
const RESOLUTION = 5

let pool: Pool
let broker: Broker
let delays: IntervalHistogram
let since: NodeJS.CpuUsage

async function open(given: PoolOptions): Promise<RunContext> {
  const options = resolvePools(given)['default'] as ResolvedOptions
  const { cluster } = options
  if (!cluster) throw new Error('A simulation needs the option `cluster`.')
  const run = createRun(programs, options)
  pool = connectPool(run, new ClusterRuntime(run, cluster, new SimulatedPlace(run), () => {}))
  broker = await listenForTests(pool, async () => 'null')
  const { id: runId, token, brokerPath } = run
  const { isolation, leaseTimeout } = options
  return { runId, token, broker: brokerPath, isolation, leaseTimeout }
}

function begin(): void {
  delays = monitorEventLoopDelay({ resolution: RESOLUTION })
  delays.enable()
  since = process.cpuUsage()
}

function end(): MainLoad {
  const { user, system } = process.cpuUsage(since)
  delays.disable()
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION)
  return {
    busy: (user + system) / 1_000,
    delay: late(delays.percentile(99)),
    longest: late(delays.max),
    memory: process.memoryUsage().rss / 1024 / 1024,
  }
}

async function stop(): Promise<void> {
  await pool.stopWorkers()
  await pool.runtime.endNodes()
  broker.close()
  removeRunDirectory(pool.run.directory)
}

async function obey(order: SimulationOrder): Promise<unknown> {
  if (order.op === 'open') return open(order.options)
  if (order.op === 'begin') return begin()
  return order.op === 'end' ? end() : stop()
}

process.on('message', async ({ id, order }: { id: number; order: SimulationOrder }) => {
  const answer = await obey(order).then(
    (value) => ({ id, value }),
    (error: Error) => ({ id, error: error.stack }),
  )
  process.send?.(answer)
})
process.on('disconnect', () => process.exit())
