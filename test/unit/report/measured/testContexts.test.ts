import { expect, test } from 'vitest'
import type { PythonCoverage } from '../../../../src/report/measured/pythonCoverage.ts'
import { functionsByTest, testsByLine } from '../../../../src/report/measured/testContexts.ts'

const outline = { rest: 'r', functions: { total: 'a', tax: 'b', setup: 'c' } }
const ran = (lines: number[], ...functions: string[]) => ({ lines, functions })
const lease = (id: string, file: string, name: string, takenAt = 5) => ({
  id,
  holder: { file, test: name },
  takenAt,
})

function coverage(
  part: Partial<PythonCoverage> & { outdated?: string[]; ended?: string[] } = {},
): PythonCoverage {
  const { outdated = [], ended = ['l1', 'l2', 'l3'], ...rest } = part
  const leases = {
    '': ran([1, 9], 'setup'),
    l1: ran([2, 3], 'total'),
    l2: ran([3, 5], 'tax'),
    l3: ran([3], 'total'),
    l9: ran([7], 'tax'),
  }
  return {
    files: [],
    root: '/app',
    contexts: { ended, files: { '/app/shop.py': { outline, leases, outdated } } },
    since: 0,
    leases: [lease('l1', 'a.test.ts', 'one'), lease('l2', 'a.test.ts', 'two'), lease('l3', 'b.test.ts', '')],
    python: 'python3',
    ...rest,
  }
}

const functions = (...runs: PythonCoverage[]) => {
  const found = functionsByTest(runs).get('/app/shop.py')
  return {
    ran: Object.fromEntries(
      [...(found?.ran ?? [])].map(([test, names]) => [test, names && [...names].sort()]),
    ),
    always: [...(found?.always ?? [])].sort(),
  }
}

test('the functions of all leases of a test file are its own; those of no known lease run always', () => {
  const ran = { '/app/a.test.ts': ['tax', 'total'], '/app/b.test.ts': ['total'] }
  expect(functions(coverage())).toEqual({ ran, always: ['setup', 'tax'] })
})

test.each([
  ['did not report its end', { ended: ['l2', 'l3'] }],
  ['ran an older version of the file', { outdated: ['l1'] }],
])('the functions of a test file are unknown if one of its leases %s', (_, part) => {
  expect(functions(coverage(part)).ran).toEqual({ '/app/a.test.ts': undefined, '/app/b.test.ts': ['total'] })
})

test('only leases since the last look count, and the others still have tests', () => {
  const leases = [
    lease('l1', 'a.test.ts', 'one', 1),
    lease('l3', 'b.test.ts', '', 9),
    lease('l9', 'c.test.ts', '', 1),
  ]
  expect(functions(coverage({ leases, since: 5 }))).toEqual({
    ran: { '/app/b.test.ts': ['total'] },
    always: ['setup', 'tax'],
  })
})

test('a test file that uses two pools has the functions of both', () => {
  const other = coverage({ leases: [lease('l2', 'b.test.ts', 'other')] })
  expect(functions(coverage(), other).ran['/app/b.test.ts']).toEqual(['tax', 'total'])
  const killed = coverage({ leases: [lease('l2', 'b.test.ts', 'other')], ended: [] })
  expect(functions(killed, coverage()).ran['/app/b.test.ts']).toBeUndefined()
})

test('each line has the tests that ran it', () => {
  expect(testsByLine([coverage(), coverage({ leases: [lease('l3', 'c.test.ts', 'x')] })], '/app')).toEqual({
    'shop.py': {
      2: ['a.test.ts > one'],
      3: ['a.test.ts > one', 'a.test.ts > two', 'b.test.ts', 'c.test.ts > x'],
      5: ['a.test.ts > two'],
    },
  })
})
