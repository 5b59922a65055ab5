import { test as base, type TestAPI } from 'vitest'
import { DEFAULT_POOL } from '../../client/lease/context.ts'
import type { PythonClient } from '../../client/python/pythonClient.ts'
import type { PoolName } from '../../options/poolName.ts'
import type { PythonPool } from '../leases/pythonPool.ts'
import './matchers.ts'
import { expectPool, prefetchBeforeTests } from './prefetch.ts'
import { withThisVitest } from './providedPools.ts'
import { provideFile, providePool, provideProcess, providePython } from './provideFixtures.ts'

export * from '../api.ts'
export { pythonForFile } from './fileLease.ts'
export type { TestPython } from './results/testMeta.ts'

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
    pythonFile: [provideFile(name), { scope: 'file' }],
    pythonProcess: [provideProcess(name), { scope: 'worker' }],
    pythonPool: providePool,
    python: providePython,
  }
  return test.extend(fixtures as never) as unknown as TestAPI<Context & PythonFixtures>
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
