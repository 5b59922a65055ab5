import { expect, test } from 'vitest'
import { seedForTest, seedHint } from '../../../../src/environment/leases/seed.ts'

const holder = { file: 'a.test.ts', test: 'suite > draws' }

test('the same seed and test give the same number, in 32 bits', () => {
  const seed = seedForTest(42, holder, 0)
  expect(seed).toBe(seedForTest(42, { ...holder }, 0))
  expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32).toBe(true)
})

test('another seed, file, test or lease gives another one', () => {
  const seeds = [
    seedForTest(42, holder, 0),
    seedForTest(43, holder, 0),
    seedForTest(42, { ...holder, file: 'b.test.ts' }, 0),
    seedForTest(42, { ...holder, test: 'suite > draws again' }, 0),
    seedForTest(42, holder, 1),
  ]
  expect(new Set(seeds).size).toBe(seeds.length)
})

test('how to repeat is told where the seed came from the runner', () => {
  expect(seedHint({ value: 7, fixed: false })).toContain('--sequence.seed=7')
  expect(seedHint({ value: 7, fixed: true })).toBeUndefined()
  expect(seedHint(undefined)).toBeUndefined()
})
