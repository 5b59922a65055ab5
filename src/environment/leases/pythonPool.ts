import type { PoolStats } from '../../client/lease/stats.ts'
import type { PythonClient } from '../../client/python/pythonClient.ts'

/** Leases more processes, and tells figures of the pool. */
export interface PythonPool {
  /**
   * Leases one more Python process. You have it until you release it, at the latest until the end of the test.
   *
   * @throws {@link LeaseError} if no process can be leased.
   * @example
   * ```ts
   * await using other = await pythonPool.lease()
   * await other.call('tools.add', [1, 2])
   * ```
   */
  lease(): Promise<LeasedClient>
  /**
   * Tells the current figures of the run's pool.
   *
   * @throws {@link LeaseError} if the run has ended.
   */
  stats(): Promise<PoolStats>
}

/** A client whose lease you can end early; `await using` ends it at the end of the block. */
export interface LeasedClient extends PythonClient, AsyncDisposable {
  /** Ends the lease. You can call it more than once. */
  release(): Promise<void>
}
