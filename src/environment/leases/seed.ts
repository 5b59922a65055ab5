import type { Holder } from '../../client/gen/vitest_python/v1/broker.ts'
import type { RunContext } from '../../client/lease/context.ts'

/**
 * The seed of a test, 32 bits: the same for the same test in every run with the same seed (FNV-1a).
 *
 * @param lease which of the test's leases, from 0
 */
export function seedOf(seed: number, { file, test }: Holder, lease: number): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from([seed, file, test, lease].join('\0'))) {
    hash = Math.imul(hash ^ byte, 0x01000193)
  }
  return hash >>> 0
}

/** What to tell of a failed test; `undefined` where its numbers are the same in every run anyway. */
export function howToRepeat(seed: RunContext['seed']): string | undefined {
  if (!seed || seed.fixed) return undefined
  return `Python's random numbers in this test follow from the seed ${seed.value}; the same again: --sequence.seed=${seed.value}`
}
