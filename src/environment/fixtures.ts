import { afterAll, test as base, beforeAll, type TestAPI } from 'vitest'
import type { PythonClient } from '../client/pythonClient.ts'
import { findContext, requireContext } from './context.ts'
import { leasesOf } from './leases.ts'
import { HolderPool, type PythonPool } from './pool.ts'

export type { Arguments, CallOptions } from '../client/call.ts'
export { LeaseError, PythonError, type PythonException, WorkerLostError } from '../client/errors.ts'
export type { PythonClient, StubConstructor } from '../client/pythonClient.ts'
export type { PythonFrame } from '../client/pythonStack.ts'
export type { PoolStats } from '../client/stats.ts'
export type { LeasedClient, PythonPool } from './pool.ts'

/** What `withPython` adds to a test's context. */
export interface PythonFixtures {
  /** A leased Python process: pristine for each test, or as the option `isolation` says. */
  python: PythonClient
  /** Leases more processes and tells figures of the pool. */
  pythonPool: PythonPool
}

interface RunningTest {
  task: { name: string; file: { filepath: string; name: string }; suite?: { fullTestName?: string } }
  signal?: AbortSignal
}

interface FilePool {
  get(test: RunningTest): HolderPool
}

/**
 * Adds the fixtures `python` and `pythonPool` to a project's own extended `test`.
 * A process is leased only by tests that ask for it.
 */
export function withPython<Context>(test: TestAPI<Context>): TestAPI<Context & PythonFixtures> {
  const fixtures = {
    // Vitest reads the names of what a fixture needs from the source of its first parameter.
    pythonFile: [
      // biome-ignore lint/correctness/noEmptyPattern: the pattern must be there, see above
      async ({}, use: (pool: FilePool) => Promise<void>) => {
        let pool: HolderPool | undefined
        const get = ({ task }: RunningTest) => {
          pool ??= new HolderPool(leasesOf(requireContext()), { file: task.file.name, test: '' })
          return pool
        }
        await use({ get })
        await pool?.releaseAll()
      },
      { scope: 'file' },
    ],
    pythonPool: async ({ task, signal }: RunningTest, use: (pool: PythonPool) => Promise<void>) => {
      const pool = new HolderPool(leasesOf(requireContext()), holderOf(task), signal && { signal })
      await use(pool)
      await pool.releaseAll()
    },
    python: async (
      { task, signal, pythonFile }: RunningTest & { pythonFile: FilePool },
      use: (client: PythonClient) => Promise<void>,
    ) => {
      const context = requireContext()
      if (context.isolation === 'file') {
        const client = await fileClient(pythonFile.get({ task }))
        await use(client)
        client.showPrinted()
        return
      }
      const pool = new HolderPool(leasesOf(context), holderOf(task), signal && { signal })
      await use(await pool.lease())
      await pool.releaseAll()
    },
  }
  return test.extend(fixtures as never) as unknown as TestAPI<Context & PythonFixtures>
}

const fileClients = new WeakMap<HolderPool, ReturnType<HolderPool['lease']>>()

/** The one lease of a file, taken by its first test. */
function fileClient(pool: HolderPool): ReturnType<HolderPool['lease']> {
  const client = fileClients.get(pool) ?? pool.lease()
  fileClients.set(pool, client)
  return client
}

function holderOf(task: RunningTest['task']) {
  const names: string[] = []
  for (let at: unknown = task; at; at = (at as { suite?: unknown }).suite)
    names.unshift((at as { name: string }).name)
  return { file: task.file.name, test: names.filter((name) => name !== '').join(' > ') }
}

/** Vitest's `test` with the fixtures `python` and `pythonPool`. */
export const test: TestAPI<PythonFixtures> = withPython(base)
export { test as it }

// A file that imports this `test` is about to use Python. Starting it here keeps a slow import
// out of the time limit of the first test.
const context = findContext()
if (context) {
  beforeAll(() => leasesOf(context).prefetch(), context.leaseTimeout + 5_000)
  afterAll(() => leasesOf(context).forgo())
}
