import { expect, test } from 'vitest'
import {
  emptyMap,
  mergeRun,
  parseMap,
  testsUsing,
  type UsageMap,
} from '../../../../src/globalSetup/vitest/usageMap.ts'

const root = '/app'
const passed = (path: string) => ({ path, passed: true, complete: true })
const used = (files: Record<string, string[]>) =>
  new Map(Object.entries(files).map(([test, python]) => [test, new Set(python)]))
const there = () => true
const merge = (map: UsageMap, files: Record<string, string[]>, ran = Object.keys(files).map(passed)) =>
  mergeRun(map, { root, used: used(files), ran }, there)

const first = merge(emptyMap(), {
  '/app/a.test.ts': ['/app/python/a.py', '/shared/common.py'],
  '/app/b.test.ts': ['/app/python/b.py'],
  '/app/plain.test.ts': [],
})

const testFiles = ['/app/a.test.ts', '/app/b.test.ts', '/app/plain.test.ts', '/app/new.test.ts']
const concerned = (map: UsageMap, file: string) => testsUsing(map, { root, file, testFiles })

test('a changed file concerns the tests that used it, and those that have never run', () => {
  expect(concerned(first, '/app/python/a.py')).toEqual(['/app/a.test.ts', '/app/new.test.ts'])
  expect(concerned(first, '/shared/common.py')).toEqual(['/app/a.test.ts', '/app/new.test.ts'])
  expect(concerned(first, '/app/python/other.py')).toBeUndefined()
  expect(concerned(emptyMap(), '/app/python/a.py')).toBeUndefined()
})

test('paths are relative to the root', () => {
  expect(first.tests['a.test.ts']).toEqual(['../shared/common.py', 'python/a.py'])
})

test('a run of some files does not forget the others', () => {
  const next = merge(first, { '/app/b.test.ts': ['/app/python/a.py'] })
  expect(concerned(next, '/app/python/a.py')).toEqual([
    '/app/a.test.ts',
    '/app/b.test.ts',
    '/app/new.test.ts',
  ])
  expect(concerned(next, '/app/python/b.py')).toBeUndefined()
})

test('a test file that failed, or skipped tests, may have used more before', () => {
  const ran = { path: '/app/a.test.ts', passed: false, complete: true }
  const failed = merge(first, { '/app/a.test.ts': [] }, [ran])
  expect(failed.tests['a.test.ts']).toEqual(first.tests['a.test.ts'])
  const skipped = merge(first, { '/app/a.test.ts': ['/app/python/b.py'] }, [
    { ...ran, passed: true, complete: false },
  ])
  expect(skipped.tests['a.test.ts']).toEqual(['../shared/common.py', 'python/a.py', 'python/b.py'])
  // Nothing is known of a test file that has never passed.
  expect(merge(emptyMap(), { '/app/a.test.ts': ['/app/python/a.py'] }, [ran])).toEqual(emptyMap())
})

test('a file that a test process used for any of its files concerns all of them', () => {
  const ran = [passed('/app/a.test.ts')]
  const map = merge(first, { '/app/test process 1': ['/app/python/a.py'] }, ran)
  expect(map.processes).toEqual(['python/a.py'])
  expect(concerned(map, '/app/python/a.py')).toBeUndefined()
})

test('a test file that is gone is forgotten', () => {
  const run = { root, used: used({}), ran: [] }
  const map = mergeRun(first, run, (path) => path !== '/app/a.test.ts')
  expect(Object.keys(map.tests)).toEqual(['b.test.ts', 'plain.test.ts'])
})

test.each([
  '',
  '{',
  'null',
  '[]',
  '{"version":2,"tests":{},"processes":[]}',
  '{"version":1}',
  '{"version":1,"tests":{"a":[1]},"processes":[]}',
  '{"version":1,"tests":{"a":null},"processes":[]}',
])('a damaged map is an empty one: %s', (text) => {
  expect(parseMap(text)).toEqual(emptyMap())
})

test('a map survives its file', () => {
  expect(parseMap(JSON.stringify(first))).toEqual(first)
})
