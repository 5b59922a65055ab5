import { expect, test } from 'vitest'
import { howToRepeat, seedOf } from '../../../../src/environment/leases/seed.ts'

const holder = { file: 'a.test.ts', test: 'suite > draws' }

test('the same seed and test give the same number, in 32 bits', () => {
  const seed = seedOf(42, holder, 0)
  expect(seed).toBe(seedOf(42, { ...holder }, 0))
  expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32).toBe(true)
})

test('another seed, file, test or lease gives another one', () => {
  const seeds = [
    seedOf(42, holder, 0),
    seedOf(43, holder, 0),
    seedOf(42, { ...holder, file: 'b.test.ts' }, 0),
    seedOf(42, { ...holder, test: 'suite > draws again' }, 0),
    seedOf(42, holder, 1),
  ]
  expect(new Set(seeds).size).toBe(seeds.length)
})

test('how to repeat is told where the seed came from the runner', () => {
  expect(howToRepeat({ value: 7, fixed: false })).toContain('--sequence.seed=7')
  expect(howToRepeat({ value: 7, fixed: true })).toBeUndefined()
  expect(howToRepeat(undefined)).toBeUndefined()
})
