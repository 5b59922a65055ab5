import { afterAll, beforeAll } from 'vitest'
import { DEFAULT_POOL } from '../../client/lease/context.ts'
import { fileState } from '../leases/fileEnd.ts'
import { leasesOf } from '../leases/workerLeases.ts'
import { endThisFile, watchTests } from './fileHooks.ts'
import { findContext } from './providedPools.ts'

/** The pools that this process names. If there are any, the tests probably use them instead of the default one. */
const named = new Set<string>()

/** Makes this file lease from a pool before its first test. */
export function expectPool(name: string): void {
  if (name !== DEFAULT_POOL) named.add(name)
}

/**
 * Leases workers before the first test of a file that imports the fixtures, because that file is about to use Python. A
 * slow import then does not count against the time limit of the first test.
 */
export function prefetchBeforeTests(): void {
  const context = findContext(DEFAULT_POOL)
  if (!context) return
  const leases = () => (named.size > 0 ? [...named] : [DEFAULT_POOL]).flatMap(leasesOfPool)
  async function prefetch() {
    // biome-ignore lint/complexity/noArguments: Vitest 4.1 passes a context before the suite, 3.2 does not, and both read parameters
    const { name } = Array.from(arguments).at(-1) as { name: string }
    await Promise.all(leases().map((of) => of.prefetch(name)))
  }
  beforeAll(prefetch, context.leaseTimeout + 5_000)
  afterAll(async () => void (await Promise.all(leases().map((of) => of.endFile()))))
  // Without the plugin, there may be no setup file that does this.
  if (fileState().watched) return
  afterAll(endThisFile)
  watchTests()
}

function leasesOfPool(name: string) {
  const context = findContext(name)
  return context ? [leasesOf(context)] : []
}
