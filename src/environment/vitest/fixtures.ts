import { test as base, type TestAPI } from 'vitest'
import { DEFAULT_POOL } from '../../client/lease/context.ts'
import type { PythonClient } from '../../client/session/pythonClient.ts'
import { PythonView } from '../../client/session/pythonView.ts'
import type { PoolName } from '../../options/poolName.ts'
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

/** The fixtures that {@link withPython} adds to a test. */
export interface PythonFixtures {
  /** A leased Python process. Each test has a pristine one, unless the option `isolation` says otherwise. */
  python: PythonClient
  /** The process of the test file, the same for all its tests. In hooks, {@link pythonForFile} returns it. */
  pythonFile: PythonClient
  /** One process for all files that this test process runs; in the VM pools, for one file. */
  pythonProcess: PythonClient
  /** Leases more processes, and tells figures of the pool. */
  pythonPool: PythonPool
  /**
   * The pool that `python` and `pythonPool` lease from: a name of the option `pools`. Override it for a file or a suite.
   *
   * @default `'default'`
   * @example
   * ```ts
   * test.override({ pythonPoolName: 'gpu' }) // before Vitest 4.1: test.scoped
   * ```
   */
  pythonPoolName: PoolName
}

/** Options of {@link withPython}. */
export interface FixtureOptions {
  /**
   * The pool that the fixtures lease from: a name of the option `pools`.
   *
   * @default `'default'`
   */
  pool?: PoolName
}

interface RunningTest {
  task: { name: string; file: { filepath: string; name: string }; suite?: { fullTestName?: string } }
  signal?: AbortSignal
  onTestFailed(listener: () => void): void
}

type PoolTest = RunningTest & Pick<PythonFixtures, 'pythonPoolName'>

/**
 * Adds the fixtures to a `test` of your own. Only a test that uses a fixture leases a process.
 *
 * @throws {@link SetupError} in each test that uses a fixture, if the configuration does not start Python, or has no
 * pool of this name.
 * @example
 * ```ts
 * import { test as base } from 'vitest'
 * import { withPython } from 'vitest-environment-python/fixtures'
 *
 * export const test = withPython(base.extend<{ user: string }>({ user: 'ada' }), { pool: 'gpu' })
 * ```
 */
export function withPython<Context>(
  test: TestAPI<Context>,
  { pool: name = DEFAULT_POOL }: FixtureOptions = {},
): TestAPI<Context & PythonFixtures> {
  expectPool(name)
  const fixtures = {
    pythonPoolName: name,
    // Vitest reads the fixtures that a fixture needs from the source of its first parameter.
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

/**
 * Vitest's `test` with the fixtures of {@link PythonFixtures}.
 *
 * @example
 * ```ts
 * test('adds', async ({ python }) => {
 *   expect(await python.call('tools.add', { a: 1, b: 2 })).toBe(3)
 * })
 * ```
 */
export const test: TestAPI<PythonFixtures> = withThisVitest(() => withPython(base))
export { test as it }

prefetchBeforeTests()
