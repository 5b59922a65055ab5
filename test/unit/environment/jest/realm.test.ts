import { createContext, runInContext } from 'node:vm'
import { expect, test } from 'vitest'
import { ndarray } from '../../../../src/client/values/ndarray.ts'
import { DataFrame } from '../../../../src/client/values/tables.ts'
import { Realm } from '../../../../src/environment/jest/realm.ts'

const file = createContext({})
const theirs = (name: string) => runInContext(name, file) as new () => object
const realm = new Realm(runInContext('globalThis', file))

test('an array of numbers is of the class of the file, and so is its shape', () => {
  const array = realm.adopt(ndarray(new Float64Array([1, 2]), [1, 2]))
  expect(array).toBeInstanceOf(theirs('Float64Array'))
  expect(array.shape).toBeInstanceOf(theirs('Array'))
  expect([...array]).toEqual([1, 2])
})

test('a table is what it was, of columns of the file', () => {
  const table = realm.adopt(new DataFrame(new Map([['a', [1]]])))
  expect(table).toBeInstanceOf(DataFrame)
  expect(table.columns).toBeInstanceOf(theirs('Map'))
  expect(table.columns.get('a')).toBeInstanceOf(theirs('Array'))
})

test('a typed array of the file is known as one', () => {
  const array = runInContext('new Float64Array([1, 2, 3, 4])', file) as Float64Array
  expect(ndarray(array, [2, 2]).dtype).toBe('float64')
})

test.each([
  ['objects', (inner: unknown) => ({ a: inner })],
  ['Maps', (inner: unknown) => new Map([[1, inner]])],
])('the deepest value that crosses is adopted: %s', (_, around) => {
  let deepest: object = []
  for (let level = 1; level < 2_000; level++) deepest = around(deepest)
  expect(() => realm.adopt(deepest)).not.toThrow()
})
