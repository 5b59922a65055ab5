import { expect, test } from 'vitest'
import { loadRows, startRows } from '../../../bench/figures/simulation/loadRows.ts'

const LOAD = { busy: 300, delay: 4, longest: 9, memory: 100, took: 1_000 }

test('processor time counts for each lease, also for those that were refused', () => {
  const rows = loadRows(100, { ...LOAD, waits: Array(50).fill(2), refused: 50 })
  expect(rows.find(({ what }) => what.includes('processor time'))?.figure).toBe(3)
})

test('the wait has a target up to 1,000 leases a second', () => {
  const excess = (rate: number) =>
    loadRows(rate, { ...LOAD, waits: [100], refused: 0 }).flatMap(({ targets }) =>
      targets.map(({ excess }) => excess),
    )
  expect(excess(1_000)).toEqual([2])
  expect(excess(1_250)).toEqual([])
})

test('the start counts for each worker', () => {
  const rows = startRows(1_024, 64, { ...LOAD, waits: [], refused: 0, busy: 2_048 })
  expect(rows.map(({ figure }) => figure)).toEqual([1_000, 2, 100])
})
