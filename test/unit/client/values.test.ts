import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, encode } from '../../../src/client/values.ts'

const back = (value: unknown) => decode(encode(value, 'args'))

test('whole numbers stay whole, also beyond 32 bits', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (number) => {
      const bytes = encode(number, 'args')
      expect(bytes[0], 'no float64 (0xcb) nor float32 (0xca)').not.toSatisfy(
        (tag) => tag === 0xcb || tag === 0xca,
      )
      expect(back(number)).toBe(number)
    }),
  )
})

test('integers of 64 bits cross as bigint where a number cannot hold them', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (integer) => {
      const fits = integer >= BigInt(Number.MIN_SAFE_INTEGER) && integer <= BigInt(Number.MAX_SAFE_INTEGER)
      expect(back(integer)).toBe(fits ? Number(integer) : integer)
    }),
  )
})

test('JSON-like values come back as they were', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      expect(back(value)).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('what needs no change is not copied into something else', () => {
  expect(back({ bytes: new Uint8Array([1, 2, 255]), none: undefined, nan: Number.NaN })).toEqual({
    ...{ bytes: Buffer.from([1, 2, 255]), none: null, nan: Number.NaN },
  })
})

test.each([
  [{ llm: function ask() {} }, 'args.llm is the function ask and cannot be sent to Python.'],
  [[1, [() => {}]], 'args[1][0] is the function (anonymous) and cannot be sent'],
  [{ a: { b: Symbol('x') } }, 'args.a.b is Symbol(x) and cannot be sent'],
  [
    [2n ** 64n],
    'args[0] is the integer 18446744073709551616, which needs more than 64 bits, and cannot be sent',
  ],
])('%s is refused by its place', (value, sentence) => {
  expect(() => encode(value, 'args')).toThrow(sentence)
})

test('a cycle is refused', () => {
  const cycle: unknown[] = []
  cycle.push(cycle)
  expect(() => encode(cycle, 'args')).toThrow('in itself, and cannot be sent')
})

test.each([
  [new Float32Array([1.5]), 'a Float32Array (send Array.from(…) for numbers, or a Uint8Array for bytes)'],
  [new DataView(new ArrayBuffer(2)), 'a DataView'],
  [/a/g, 'a RegExp'],
  [new Error('boo'), 'a Error'],
  [new Date(Number.NaN), 'an invalid Date'],
  [Promise.resolve(1), 'a Promise'],
])('%s would lose its meaning, so it is refused', (value, what) => {
  expect(() => encode({ a: value }, 'args')).toThrow(`args.a is ${what}`)
})

test('sets, maps and buffers are looked into', () => {
  expect(back(new Set([2 ** 40]))).toEqual([2 ** 40])
  expect(back(new Uint8Array([1, 2]).buffer)).toEqual(Buffer.from([1, 2]))
  expect(() => encode(new Map([['f', () => {}]]), 'args')).toThrow('args.get(f) is the function')
})

test('a moment from Python arrives to the millisecond, before 1970 and after 2514 too', () => {
  const sent = (hex: string) => decode(Buffer.from(hex, 'hex'))
  expect(sent('d754a1a5d60065937d25')).toEqual(new Date('2024-01-02T03:04:05.678Z'))
  expect(sent('c70c543b8b87c0ffffffffffffffff')).toEqual(new Date('1969-12-31T23:59:59.999Z'))
})
