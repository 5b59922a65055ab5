import { DEFAULT_POOL } from '../../client/lease/context.ts'
import type { PythonClient } from '../../client/python/pythonClient.ts'
import type { PoolName } from '../../options/poolName.ts'
import { fileState, tellRunningTest } from '../leases/fileEnd.ts'
import type { OpenLease } from '../leases/openLease.ts'
import { StartedBy } from '../leases/startedBy.ts'
import { TestLeases } from '../leases/testLeases.ts'
import { leasesOf } from '../leases/workerLeases.ts'
import { currentFile } from './currentFile.ts'
import { requireContext } from './providedPools.ts'
import { blameTests, type FileTask, type TestTask } from './results/blameTests.ts'

type FileClient = ReturnType<TestLeases['lease']>

const clients = new Map<string, FileClient>()

/** Learns which test starts which process. */
function watchTests(client: OpenLease): StartedBy<TestTask> {
  const started = new StartedBy<TestTask>(client)
  fileState().tests.add(started)
  return started
}

/** Leases the one process of the running test file with the first request; it is released when the file ends. */
export function leaseForFile(name: string): FileClient {
  const file = currentFile()
  const key = JSON.stringify([file, name])
  const held = clients.get(key)
  if (held) return held
  const leases = leasesOf(requireContext(name))
  const pool = new TestLeases(leases, { file, test: '' }, {}, 0, { onEnd: tellRunningTest })
  const client = pool.lease()
  clients.set(key, client)
  const startedBy = client.then(watchTests, () => undefined)
  fileState().ends.push(async (task) => {
    clients.delete(key)
    const started = await startedBy
    if (started) fileState().tests.delete(started)
    await pool.releaseAll()
    blameTests(task as FileTask, await pool.leftBehind(true), started)
  })
  return client
}

/**
 * Resolves to the Python process of the running test file, for hooks, helpers and benchmarks. Every call in a file gets
 * the same process. It is leased with the first call and released when the file ends.
 *
 * @param pool A name of the option `pools`.
 * @default `'default'`
 * @throws {@link LeaseError} if no process can be leased.
 * @throws {@link SetupError} if the configuration does not start Python, or has no pool of this name.
 * @example
 * ```ts
 * beforeAll(async () => {
 *   const python = await pythonForFile()
 *   await python.call('text.load')
 * })
 * ```
 */
export async function pythonForFile(pool: PoolName = DEFAULT_POOL): Promise<PythonClient> {
  return leaseForFile(pool)
}
