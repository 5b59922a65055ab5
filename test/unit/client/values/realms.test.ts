import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { decode } from '../../../../src/client/values/decode.ts'
import { encode } from '../../../../src/client/values/encode.ts'

/** What a test file of Jest writes: of the classes of another global object. */
const foreign = (code: string) => runInNewContext(`(${code})`)

test.each([
  ['new Map([["a", 1]])', new Map([['a', 1]])],
  ['new Set([1, 2])', new Set([1, 2])],
  ['({ a: [1, { b: 2 }] })', { a: [1, { b: 2 }] }],
  ['new Uint8Array([1, 2])', Buffer.from([1, 2])],
  ['new Uint8Array([1, 2]).buffer', Buffer.from([1, 2])],
  ['new Date(1000)', new Date(1000)],
])('%s of another realm is encoded as what it is', (code, expected) => {
  expect(decode(encode(foreign(code), 'args'))).toEqual(expected)
})

test.each([
  ['/a/', 'RegExp'],
  ['new Error("no")', 'Error'],
  ['Promise.resolve()', 'Promise'],
  ['new WeakMap()', 'WeakMap'],
  ['new DataView(new ArrayBuffer(2))', 'DataView'],
  ['new Date(NaN)', 'an invalid Date'],
])('%s of another realm is refused', (code, what) => {
  expect(() => encode(foreign(code), 'args')).toThrow(what)
})
