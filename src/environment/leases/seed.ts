import type { Holder } from '../../client/gen/vitest_python/v1/broker.ts'
import type { RunContext } from '../../client/lease/context.ts'

/**
 * Derives the seed of a test, 32 bits (FNV-1a). The same test gets the same seed in every run with the same run seed.
 *
 * @param seed The seed of the run.
 * @param lease The index of the lease among the leases of the test, from 0.
 */
export function seedForTest(seed: number, { file, test }: Holder, lease: number): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from([seed, file, test, lease].join('\0'))) {
    hash = Math.imul(hash ^ byte, 0x01000193)
  }
  return hash >>> 0
}

/** How to repeat the random numbers of a failed test; `undefined` if they are the same in every run anyway. */
export function seedHint(seed: RunContext['seed']): string | undefined {
  if (!seed || seed.fixed) return undefined
  return `Python's random numbers in this test follow from the seed ${seed.value}; to repeat them: --sequence.seed=${seed.value}`
}
