import { test as base, type TestAPI } from 'vitest'
import { DEFAULT_POOL } from '../../client/lease/context.ts'
import type { PythonClient } from '../../client/session/pythonClient.ts'
import { PythonView } from '../../client/session/pythonView.ts'
import { leasesOf } from '../leases/workerLeases.ts'
import { requireContext, withThisVitest } from './context.ts'
import { leaseForFile, pythonForFile } from './fileLease.ts'
import './matchers.ts'
import type { PythonPool } from '../leases/pythonPool.ts'
import { seedForTest, seedHint } from '../leases/seed.ts'
import { TestLeases } from '../leases/testLeases.ts'
import { expectPool, prefetchBeforeTests } from './prefetch.ts'

export * from '../api.ts'
export { pythonForFile } from './fileLease.ts'

/** What `withPython` adds to a test's context. */
export interface PythonFixtures {
  /** A leased Python process: pristine for each test, or as the option `isolation` says. */
  python: PythonClient
  /** The process of the test file, the same for all its tests; `pythonForFile()` gives it to hooks. */
  pythonFile: PythonClient
  /** A process for everything that this test process runs; in VM pools, for a file. */
  pythonProcess: PythonClient
  /** Leases more processes and tells figures of the pool. */
  pythonPool: PythonPool
  /**
   * Of which pool both are: a name of the option `pools`. To be overridden, for all tests or those of a suite:
   * `test.override({ pythonPoolName: 'gpu' })`, before Vitest 4.1 `test.scoped`.
   */
  pythonPoolName: string
}

interface RunningTest {
  task: { name: string; file: { filepath: string; name: string }; suite?: { fullTestName?: string } }
  signal?: AbortSignal
  onTestFailed(listener: () => void): void
}

type PoolTest = RunningTest & Pick<PythonFixtures, 'pythonPoolName'>

/**
 * Adds the fixtures `python` and `pythonPool` to a project's own extended `test`.
 * A process is leased only by tests that ask for it.
 *
 * @param options `pool`: a name of the option `pools`; default: `default`
 */
export function withPython<Context>(
  test: TestAPI<Context>,
  { pool: name = DEFAULT_POOL }: { pool?: string } = {},
): TestAPI<Context & PythonFixtures> {
  expectPool(name)
  const fixtures = {
    pythonPoolName: name,
    // Vitest reads the names of what a fixture needs from the source of its first parameter.
    pythonFile: [
      // biome-ignore lint/correctness/noEmptyPattern: the pattern must be there, see above
      async ({}, use: (client: PythonClient) => Promise<void>) => use(await pythonForFile(name)),
      { scope: 'file' },
    ],
    pythonProcess: [
      // biome-ignore lint/correctness/noEmptyPattern: see above
      async ({}, use: (client: PythonClient) => Promise<void>) => {
        const holder = { file: `test process ${process.pid}`, test: '' }
        const pool = new TestLeases(leasesOf(requireContext(name)), holder)
        await use(await pool.lease())
        await pool.releaseAll()
      },
      { scope: 'worker' },
    ],
    pythonPool: async (
      { task, signal, pythonPoolName }: PoolTest,
      use: (pool: PythonPool) => Promise<void>,
    ) => {
      const leases = leasesOf(requireContext(pythonPoolName))
      const pool = new TestLeases(leases, holderOf(task), signal && { signal }, 1)
      await use(pool)
      await pool.releaseAll()
    },
    python: async (
      { task, signal, onTestFailed, pythonPoolName }: PoolTest,
      use: (client: PythonClient) => Promise<void>,
    ) => {
      const context = requireContext(pythonPoolName)
      const hint = seedHint(context.seed)
      if (hint) onTestFailed(() => console.info(hint))
      if (context.isolation === 'file') {
        const client = await leaseForFile(pythonPoolName)
        if (context.seed) client.seed(seedForTest(context.seed.value, holderOf(task), 0))
        const view = new PythonView(client, signal ? { signal } : {})
        await use(view)
        await view.cancelCalls()
        await client.endTest(signal)
        return
      }
      const pool = new TestLeases(leasesOf(context), holderOf(task), signal && { signal })
      await use(await pool.lease())
      await pool.releaseAll()
    },
  }
  return test.extend(fixtures as never) as unknown as TestAPI<Context & PythonFixtures>
}

function holderOf(task: RunningTest['task']) {
  const names: string[] = []
  for (let at: unknown = task; at; at = (at as { suite?: unknown }).suite)
    names.unshift((at as { name: string }).name)
  return { file: task.file.name, test: names.filter((name) => name !== '').join(' > ') }
}

/** Vitest's `test` with the fixtures `python` and `pythonPool`. */
export const test: TestAPI<PythonFixtures> = withThisVitest(() => withPython(base))
export { test as it }

prefetchBeforeTests()
