import { DEFAULT_POOL } from '../../client/lease/context.ts'
import type { PythonClient } from '../../client/session/pythonClient.ts'
import { fileState } from '../leases/fileEnd.ts'
import { TestLeases } from '../leases/testLeases.ts'
import { leasesOf } from '../leases/workerLeases.ts'
import { requireContext } from './context.ts'
import { currentFile } from './currentFile.ts'

type FileClient = ReturnType<TestLeases['lease']>

const clients = new Map<string, FileClient>()

/** The one process of the running test file, leased with the first request and given back when the file ends. */
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
 * The Python process of the running test file, for hooks, helpers and benchmarks: every call in a file gets the same one.
 * It is leased with the first call and given back when the file ends.
 *
 * @param pool a name of the option `pools`; default: `default`
 * @throws LeaseError when none can be had
 */
export async function pythonForFile(pool: string = DEFAULT_POOL): Promise<PythonClient> {
  return leaseForFile(pool)
}
