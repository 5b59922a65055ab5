import { describe, expect, test } from 'vitest'
import {
  type FunctionMap,
  forgetTests,
  mergeFunctions,
  testsRunning,
} from '../../../../src/globalSetup/vitest/functionMap.ts'

const outline = (functions: Record<string, string>, rest = 'r1') => ({ rest, functions })
const FIRST = outline({ total: 'a1', tax: 'b1', setup: 'c1' })
const TOTAL_EDITED = outline({ total: 'a2', tax: 'b1', setup: 'c1' })
const SETUP_EDITED = outline({ total: 'a1', tax: 'b1', setup: 'c2' })
const REST_EDITED = outline(FIRST.functions, 'r2')

const known: FunctionMap = {
  outline: FIRST,
  ran: {
    'total.test.ts': ['total'],
    'tax.test.ts': ['tax'],
    'both.test.ts': ['tax', 'total'],
    'none.test.ts': [],
  },
  always: ['setup'],
}
const ALL = ['both.test.ts', 'new.test.ts', 'none.test.ts', 'tax.test.ts', 'total.test.ts']

describe('a change concerns', () => {
  test('the tests that ran the function, and those of which nothing is known', () => {
    expect(testsRunning(known, TOTAL_EDITED, ALL)).toEqual(['both.test.ts', 'new.test.ts', 'total.test.ts'])
  })

  test.each([
    ['the rest of the file', REST_EDITED],
    ['a function that an import calls', SETUP_EDITED],
    ['a file that cannot be parsed', undefined],
    ['nothing, so it was changed before', FIRST],
  ])('all tests if it is one of %s', (_, now) => {
    expect(testsRunning(known, now, ALL)).toEqual(ALL)
  })

  test('all tests if the file was never measured', () => {
    expect(testsRunning(undefined, TOTAL_EDITED, ALL)).toEqual(ALL)
  })
})

describe('a run with coverage', () => {
  const merge = (now: typeof FIRST, ran: Record<string, string[] | undefined>, result = {}) => {
    const files = Object.keys(ran).map((path) => ({ path, passed: true, complete: true, ...result }))
    const found = Object.entries(ran).map(([test, names]) => [test, names && new Set(names)] as const)
    return mergeFunctions(known, { outline: now, ran: new Map(found), always: new Set() }, files).ran
  }
  const { 'total.test.ts': _, ...others } = known.ran

  test('replaces the functions of the tests that ran', () => {
    expect(merge(FIRST, { 'total.test.ts': ['tax'] })).toEqual({ ...known.ran, 'total.test.ts': ['tax'] })
  })

  test('adds to them if some tests of the file did not run', () => {
    const ran = merge(FIRST, { 'total.test.ts': ['tax'] }, { complete: false })
    expect(ran['total.test.ts']).toEqual(['tax', 'total'])
    expect(merge(FIRST, { 'new.test.ts': ['tax'] }, { passed: false })).toEqual(known.ran)
  })

  test('forgets a test of which a worker was killed', () => {
    expect(merge(FIRST, { 'total.test.ts': undefined })).toEqual(others)
  })

  test('keeps the tests that ran no changed function', () => {
    const ran = merge(TOTAL_EDITED, { 'total.test.ts': ['total'] })
    expect(ran).toEqual({ 'total.test.ts': ['total'], 'tax.test.ts': ['tax'], 'none.test.ts': [] })
  })

  test.each([REST_EDITED, SETUP_EDITED])('keeps no others if more has changed', (now) => {
    expect(merge(now, { 'tax.test.ts': ['tax'] })).toEqual({ 'tax.test.ts': ['tax'] })
  })
})

test('a run without coverage forgets its tests', () => {
  expect(Object.keys(forgetTests(known, ['tax.test.ts', 'both.test.ts']).ran)).toEqual([
    'total.test.ts',
    'none.test.ts',
  ])
})
