import { DEFAULT_POOL } from '../../client/lease/context.ts'
import type { PythonClient } from '../../client/python/pythonClient.ts'
import type { PoolName } from '../../options/poolName.ts'
import { fileState } from '../leases/fileEnd.ts'
import { TestLeases } from '../leases/testLeases.ts'
import { leasesOf } from '../leases/workerLeases.ts'
import { currentFile } from './currentFile.ts'
import { requireContext } from './providedPools.ts'

type FileClient = ReturnType<TestLeases['lease']>

const clients = new Map<string, FileClient>()

/** Leases the one process of the running test file with the first request; it is released when the file ends. */
export function leaseForFile(name: string): FileClient {
  const file = currentFile()
  const key = JSON.stringify([file, name])
  const held = clients.get(key)
  if (held) return held
  const pool = new TestLeases(leasesOf(requireContext(name)), { file, test: '' })
  const client = pool.lease()
  clients.set(key, client)
  fileState().ends.push(async () => {
    clients.delete(key)
    await client.catch(() => {})
    await pool.releaseAll()
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
