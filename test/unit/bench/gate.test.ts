import { expect, test } from 'vitest'
import { atMost, gatedBy, missedBy, type Target, within } from '../../../bench/harness/figure.ts'
import { regressions } from '../../../bench/harness/gate.ts'

/** Runs with a figure of one row, whose only target is each of these. */
function runsOf(...targets: Target[]) {
  return targets.map((target) => [
    { id: 'P0', rows: [{ what: 'a figure', figure: 1, unit: 'ms' as const, targets: [target] }] },
  ])
}
const double = (figure: number) => within(figure, 10, 2)

test('a target that every run misses is a regression', () => {
  expect(regressions(runsOf(double(90), double(27), double(28)))).toEqual([
    'P0, a figure: ≤ 2 × baseline is missed by a factor of 1.35 in the best of 3 runs. At most 1.30 passes.',
  ])
  expect(regressions(runsOf(double(27)))).toEqual([
    'P0, a figure: ≤ 2 × baseline is missed by a factor of 1.35. At most 1.30 passes.',
  ])
})

test('a busy moment of the machine is not', () => {
  expect(regressions(runsOf(double(90), double(26)))).toEqual([])
})

test('a target that is known to be missed must not be missed by more', () => {
  expect(regressions(runsOf(missedBy(2, double(50))))).toEqual([])
  expect(regressions(runsOf(missedBy(2, double(53))))).toHaveLength(1)
})

test('milliseconds do not count', () => {
  expect(regressions(runsOf(atMost(100, 1, 'ms')))).toEqual([])
})

test('a row that the other runs lack is still a regression', () => {
  expect(regressions([...runsOf(double(27)), [], []])).toHaveLength(1)
})

test('samples that other load has delayed do not count if the fastest ones are told', () => {
  const delayed = (fastest: number) => gatedBy(double(fastest), double(90))
  expect(regressions(runsOf(delayed(20)))).toEqual([])
  expect(regressions(runsOf(delayed(27)))).toEqual([
    'P0, a figure: ≤ 2 × baseline is missed by a factor of 1.35, even by the fastest quarter of the samples. At most 1.30 passes.',
  ])
})
