import { afterAll, describe, expect, test } from 'vitest'
import { decode } from '../../../../src/client/values/decode.ts'
import { encode } from '../../../../src/client/values/encode.ts'
import { PythonEcho } from '../../../support/pythonEcho.ts'

const echo = new PythonEcho()
afterAll(() => echo.end())

/** Through a real Python and back. */
const back = async (value: unknown) => decode(await echo.exchange(encode(value, 'value')))

const AROUND: Record<string, (inner: unknown) => object> = {
  arrays: (inner) => [inner],
  objects: (inner) => ({ a: inner }),
  Maps: (inner) => new Map([[1, inner]]),
  Sets: (inner) => new Set([inner]),
  'objects with toJSON': (inner) => ({ toJSON: () => ({ a: inner }), __proto__: class {}.prototype }),
}
const INSIDE: Record<string, (value: unknown) => unknown> = {
  arrays: (value) => (value as unknown[])[0],
  objects: (value) => (value as { a: unknown }).a,
  Maps: (value) => (value as Map<unknown, unknown>).get(1),
  Sets: (value) => [...(value as Set<unknown>)][0],
  'objects with toJSON': (value) => (value as { a: unknown }).a,
}

function nested(levels: number, around: (inner: unknown) => object): object {
  let value: unknown = 'end'
  for (let level = 0; level < levels; level++) value = around(value)
  return value as object
}

/** Levels that are there, counted without recursion. */
function levelsOf(value: unknown, inside: (value: unknown) => unknown): number {
  let levels = 0
  for (let at = value; at !== 'end'; at = inside(at)) {
    if (typeof at !== 'object' || at === null) throw new Error(`level ${levels} is ${String(at)}`)
    levels++
  }
  return levels
}

describe.each(Object.keys(AROUND))('%s', (kind) => {
  const [around, inside] = [AROUND[kind], INSIDE[kind]] as [
    (value: unknown) => object,
    (value: unknown) => unknown,
  ]

  test.each([
    1, 63, 64, 65, 128, 250, 300, 1_000, 2_000,
  ])('%i levels cross to Python and back', async (levels) => {
    expect(levelsOf(await back(nested(levels, around)), inside)).toBe(levels)
  })

  test.each([2_001, 5_000, 100_000])('%i levels are refused with the place and the limit', (levels) => {
    expect(() => encode(nested(levels, around), 'value')).toThrow(
      expect.objectContaining({
        code: 'VALUE_UNSENDABLE',
        message: expect.stringMatching(
          /^value.{40,120}….{40,120} is nested more than 2,000 levels deep and cannot be sent to Python\.$/,
        ),
      }),
    )
  })
})

test('the array of the arguments is no level', () => {
  const deepest = nested(2_000, (inner) => [inner])
  const [value] = decode(encode([deepest], 'args')) as [unknown]
  expect(levelsOf(value, (at) => (at as unknown[])[0])).toBe(2_000)
  expect(() => encode([[deepest]], 'args')).toThrow('nested more than 2,000 levels deep')
})

test('many deep values beside each other cross', async () => {
  const sent = Array.from({ length: 20 }, (_, index) => [index, nested(200, (inner) => ({ a: inner }))])
  expect(JSON.stringify(await back(sent))).toBe(JSON.stringify(sent))
})

test.each([
  ['itself', (value: Record<string, unknown>) => (value['self'] = value), 'value.self is value again'],
  [
    'below',
    (value: Record<string, unknown>) => (value['list'] = [[value]]),
    'value.list[0][0] is value again',
  ],
  [
    'in a Map',
    (value: Record<string, unknown>) => (value['map'] = new Map([['key', { value }]])),
    'value.map.get(key).value is value again',
  ],
])('a cycle is refused with its place: %s', (_, tie, sentence) => {
  const value: Record<string, unknown> = {}
  tie(value)
  expect(() => encode(value, 'value')).toThrow(
    `${sentence}: a value that contains itself is nested more than 2,000 levels deep and cannot be sent to Python.`,
  )
})

test('a cycle that begins deep inside is refused soon, with the place of both', () => {
  type Node = { next?: Node; previous?: Node }
  const first: Node = {}
  let last = first
  for (let index = 0; index < 1_000; index++) {
    const node: Node = { previous: last }
    last.next = node
    last = node
  }
  expect(() => encode(first, 'value')).toThrow('value.next.previous is value again')
  const ring: unknown[] = []
  ring.push(nested(150, (inner) => (inner === 'end' ? [ring] : [inner])))
  expect(() => encode({ ring }, 'value')).toThrow(/\[0\] is value\.ring again: a value that contains itself/)
})

test('the same value in two places is no cycle', async () => {
  const shared = { a: [1] }
  expect(await back([shared, shared, { shared }])).toEqual([{ a: [1] }, { a: [1] }, { shared: { a: [1] } }])
})
