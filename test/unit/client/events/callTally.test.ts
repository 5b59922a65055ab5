import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CallTally } from '../../../../src/client/events/callTally.ts'
import { addHistograms, percentile } from '../../../../src/client/events/histogram.ts'

const call = (name: string, duration: number, failed = false) => ({ name, began: 0, duration, failed })

test('counts calls by function', () => {
  const tally = new CallTally()
  tally.add(call('tools.add', 2))
  tally.add(call('tools.add', 4, true))
  tally.add(call('eval', 1))
  expect(tally.sum).toEqual({ calls: 3, time: 7 })
  expect(tally.functions).toMatchObject([
    { name: 'tools.add', count: 2, failed: 1, total: 6, longest: 4 },
    { name: 'eval', count: 1, failed: 0, total: 1, longest: 1 },
  ])
  expect(tally.recorded).toEqual({ calls: [call('tools.add', 4, true)], callsLeftOut: 0 })
})

test('stays small, however many functions and calls there are', () => {
  const tally = new CallTally(true)
  for (let n = 0; n < 20_000; n++) tally.add(call(`tools.f${n}`, n))
  expect(tally.functions).toHaveLength(201)
  expect(tally.functions.at(-1)).toMatchObject({ name: '(others)', count: 19_800 })
  expect(tally.recorded.calls).toHaveLength(10_000)
  expect(tally.recorded.callsLeftOut).toBe(10_000)
  expect(tally.sum.calls).toBe(20_000)
})

test('a percentile is at most 19 percent too high, and histograms can be added', () => {
  const durations = fc.array(fc.double({ min: 0.02, max: 100_000, noNaN: true }), { minLength: 1 })
  const histogramOf = (some: number[]) => {
    const tally = new CallTally()
    for (const duration of some) tally.add(call('f', duration))
    return tally.functions[0]?.histogram ?? []
  }
  fc.assert(
    fc.property(durations, durations, fc.constantFrom(0.5, 0.95, 1), (one, other, share) => {
      const all = [...one, ...other].sort((a, b) => a - b)
      const exact = all[Math.ceil(share * all.length) - 1]!
      const told = percentile(addHistograms(histogramOf(one), histogramOf(other)), share)
      expect(told).toBeGreaterThanOrEqual(exact * 0.999_999)
      expect(told).toBeLessThanOrEqual(exact * 1.19)
    }),
  )
  expect(percentile([], 0.5)).toBe(0)
})

test('the errors of a lease are bounded together, and its calls stay', () => {
  const tally = new CallTally(true)
  const call = { name: 'a', began: 0, duration: 1, failed: true, error: 'x'.repeat(4_000) }
  for (let n = 0; n < 1_500; n++) tally.add(call)
  const { calls, callsLeftOut } = tally.recorded
  expect([calls.length, callsLeftOut]).toEqual([1_500, 0])
  expect(calls.filter(({ error }) => error).length).toBe(125)
  expect(tally.functions).toMatchObject([{ count: 1_500, failed: 1_500 }])
})
