import { expect, test } from 'vitest'
import { historyTable, ratiosOf } from '../../../scripts/bench-history/table.mjs'

const night = (figure: number, commit: string) => ({
  at: '2026-12-01',
  commit,
  ratios: ratiosOf([
    {
      id: 'P1',
      rows: [
        { what: 'a call', figure, baseline: { what: 'cold', figure: 100 } },
        { what: 'no baseline', figure },
      ],
    },
  ]),
})

test('the ratios of a night are compared with the median of the nights before', () => {
  const table = historyTable([night(10, 'a'), night(30, 'b'), night(20, 'c'), night(30, 'd')])
  expect(table).toContain('Ratios of d (2026-12-01), and their median in 3 nights before:')
  expect(table).toContain('\n| P1 a call, of cold | 0.300 | 0.200 | 50 % |')
  expect(table).not.toContain('no baseline')
})

test('the first night is compared with nothing', () => {
  expect(historyTable([night(10, 'a')])).toContain('| P1 a call, of cold | 0.100 |  |  |')
})
