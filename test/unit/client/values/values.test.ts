import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode } from '../../../../src/client/values/decode.ts'
import { encode } from '../../../../src/client/values/encode.ts'

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
      // As text: `toEqual` knows more kinds of 0 than JSON, and `__proto__` as something else than a key.
      expect(JSON.stringify(back(value))).toBe(JSON.stringify(value))
    }),
  )
})

test('-0 stays what it is, alone and inside', () => {
  expect(back(-0)).toBe(-0)
  expect(back({ a: [-0, 0] })).toEqual({ a: [-0, 0] })
})

test('__proto__ is a key like any other, and no prototype changes', () => {
  const sent = JSON.parse('{"__proto__": {"polluted": true}, "a": {"__proto__": 1}}')
  const arrived = back(sent) as object
  expect(Object.keys(arrived)).toEqual(['__proto__', 'a'])
  expect(JSON.stringify(arrived)).toBe(JSON.stringify(sent))
  expect(Object.getPrototypeOf(arrived)).toBe(Object.prototype)
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
})

test('what needs no change is not copied into something else', () => {
  expect(back({ bytes: new Uint8Array([1, 2, 255]), none: undefined, nan: Number.NaN })).toEqual({
    bytes: Buffer.from([1, 2, 255]),
    none: null,
    nan: Number.NaN,
  })
})

test.each([
  [{ llm: function ask() {} }, 'args.llm is the function ask and cannot be sent to Python.'],
  [[1, [() => {}]], 'args[1][0] is the function (anonymous) and cannot be sent'],
  [{ a: { b: Symbol('x') } }, 'args.a.b is Symbol(x) and cannot be sent'],
  [{ 'a b': new Map([[1, ['\ud800']]]) }, 'args.a b.get(1)[0] is a string with half a surrogate pair'],
  [new Set([() => {}]), 'args[0] is the function'],
])('%s is refused by its place', (value, sentence) => {
  expect(() => encode(value, 'args')).toThrow(
    expect.objectContaining({ code: 'VALUE_UNSENDABLE', message: expect.stringContaining(sentence) }),
  )
})

test.each([
  [new DataView(new ArrayBuffer(2)), 'a DataView'],
  [/a/g, 'a RegExp'],
  [new Error('boo'), 'an Error'],
  [new Date(Number.NaN), 'an invalid Date'],
  [Promise.resolve(1), 'a Promise'],
])('%s would lose its meaning, so it is refused', (value, what) => {
  expect(() => encode({ a: value }, 'args')).toThrow(`args.a is ${what}`)
})

test('sets, maps and buffers are looked into', () => {
  expect(back(new Set([2 ** 40]))).toEqual(new Set([2 ** 40]))
  expect(back(new Uint8Array([1, 2]).buffer)).toEqual(Buffer.from([1, 2]))
  expect(() => encode(new Map([['f', () => {}]]), 'args')).toThrow('args.get(f) is the function')
})

test('a value whose getter encodes another is not mixed up with it', () => {
  const value = {
    get inner() {
      return encode([1, 2], 'other')
    },
    after: 'x',
  }
  expect(back(value)).toEqual({ inner: Buffer.from([0x92, 1, 2]), after: 'x' })
})

test('a moment from Python arrives to the millisecond, before 1970 and after 2514 too', () => {
  const sent = (hex: string) => decode(Buffer.from(hex, 'hex'))
  expect(sent('d754a1a5d60065937d25')).toEqual(new Date('2024-01-02T03:04:05.678Z'))
  expect(sent('c70c543b8b87c0ffffffffffffffff')).toEqual(new Date('1969-12-31T23:59:59.999Z'))
})

test('whatever bytes arrive, they are a value or an error, and soon', () => {
  const tags = fc.constantFrom(0xc1, 0xc7, 0xc9, 0xd4, 0xdd, 0xdf, 0xdb, 0xc6, 0x42, 0x4d, 0x4e, 0x44, 0x53)
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(fc.oneof(tags, fc.nat(255))).map(Buffer.from),
  )
  fc.assert(
    fc.property(bytes, (malformed) => {
      try {
        decode(Uint8Array.from(malformed))
      } catch (error) {
        expect((error as Error).message).not.toMatch(/undefined|not a function|stack/)
      }
    }),
    { numRuns: 5_000 },
  )
})

test.each([
  ['c1', 'Unrecognized type byte: 0xc1'],
  ['ddffffffff', 'it ends too early'],
  ['dfffffffff01', 'a key of a map is no string'],
  ['dfffffffffa161', 'it ends too early'],
  ['93', 'it ends too early'],
  ['a2c3', 'it ends too early'],
  ['810101', 'a key of a map is no string'],
  ['d47900', 'the extension 0x79 is not known'],
  ['c70348930180', 'it ends too early'],
  ['d44800', 'an extension holds no array'],
  ['d44e90', 'an extension holds 0 parts of 3'],
  ['d5459100', 'a part of a deep value holds no bytes'],
  ['c708489301a16da172c0', 'it ends too early'],
  ['c706489301a16da172', 'm stays in Python, and this call carries no references'],
  ['d44200', 'beside the message, and this call does not look there'],
  ['d54493c0', 'it ends too early'],
  ['c7024491c0', 'a key of a dict has no value'],
  ['c7084e93a3666f6f90c400', "'foo' is no dtype"],
  ['0101', 'Extra 1 of 2 byte(s)'],
])('%s is refused', (hex, sentence) => {
  expect(() => decode(Buffer.from(hex, 'hex'))).toThrow(sentence)
})

test('nesting as deep as an attacker likes is an error', () => {
  expect(() => decode(Buffer.concat([Buffer.alloc(1_000_000, 0x91), Buffer.of(1)]))).toThrow(
    'it is nested too deep',
  )
  // A set in a set, and so on: [levels of] ext32, its length, and an array of one.
  let sets = Buffer.of(0x90)
  for (let level = 0; level < 3_000; level++) {
    const head = Buffer.from([0xc9, 0, 0, 0, 0, 0x53, 0x91])
    head.writeUInt32BE(sets.length + 1, 1)
    sets = Buffer.concat([head, sets])
  }
  expect(() => decode(sets)).toThrow(RangeError)
})
