import { expect, test } from 'vitest'
import { own } from '../../../src/support/own.ts'

test('finds own members only', () => {
  const dictionary = JSON.parse('{ "a": 1, "__proto__": 2 }') as Record<string, number>
  const names = ['a', '__proto__', 'constructor', 'toString']
  expect(names.map((name) => own(dictionary, name))).toEqual([1, 2, undefined, undefined])
})
