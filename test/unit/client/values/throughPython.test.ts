import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { decode } from '../../../../src/client/values/decode.ts'
import { encode } from '../../../../src/client/values/encode.ts'
import { ndarray } from '../../../../src/client/values/ndarray.ts'
import {
  Decimal,
  Float,
  PlainDate,
  PlainDateTime,
  PlainTime,
  TimeDelta,
  Uuid,
} from '../../../../src/client/values/scalars.ts'
import { PythonEcho } from '../../../support/pythonEcho.ts'

const echo = new PythonEcho('numpy')
afterAll(() => echo.end())

/** Through a real Python and back. */
const back = async (value: unknown) => decode(await echo.exchange(encode(value, 'args')))

const scalar = fc.oneof(
  fc.constantFrom(null, true, false, Number.NaN, Infinity, -Infinity, -0, 0, 2 ** 53, -(2 ** 53)),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc
    .bigInt()
    .filter((integer) => integer !== BigInt(Number(integer)) || !Number.isSafeInteger(Number(integer))),
  fc.date({
    noInvalidDate: true,
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
  }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.uuid().map((text) => new Uuid(text)),
  fc.constantFrom('1.10', '-0', 'NaN', '1E+9999', '0.1000').map((text) => new Decimal(text)),
  fc.constantFrom('0001-01-01', '2026-02-28', '9999-12-31').map((text) => new PlainDate(text)),
  fc.constantFrom('2026-02-28T01:02:03.000004', '2026-02-28T01:02:03').map((text) => new PlainDateTime(text)),
  fc.constantFrom('01:02:03.000004', '23:59:59', '10:00:00+05:30').map((text) => new PlainTime(text)),
  fc
    .tuple(fc.integer({ min: -999999999, max: 999999998 }), fc.nat(86399), fc.nat(999999))
    .map(([days, seconds, microseconds]) => new TimeDelta(days, seconds, microseconds)),
)
const hashable = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.uuid().map((text) => new Uuid(text)),
)

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    scalar,
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(fc.oneof(fc.string({ unit: 'binary' }), fc.constant('__proto__')), tie('value'), {
      noNullPrototype: true,
    }),
    fc
      .array(fc.tuple(fc.integer(), tie('value')), { minLength: 1 })
      .map((entries) => new Map<unknown, unknown>(entries)),
    fc.uniqueArray(fc.integer()).map((items) => new Set(items)),
  ),
}))

test('every kind of value comes back as it was', async () => {
  await fc.assert(
    fc.asyncProperty(value, async (sent) => {
      expect(await back(sent)).toEqual(sent)
    }),
    { numRuns: 400 },
  )
}, 60_000)

test('whole numbers of any size come back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.bigInt(), async (sent) => {
      expect(BigInt((await back(sent)) as number)).toBe(sent)
    }),
  )
})

test('keys of a Map and members of a Set may be arrays, which are tuples there', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(hashable, fc.array(hashable)), { selector: String, minLength: 1 }),
      async (keys) => {
        expect(await back(new Map(keys.map((key) => [key, 1])))).toEqual(new Map(keys.map((key) => [key, 1])))
        expect(new Set(((await back(new Set(keys))) as Set<unknown>).values())).toEqual(new Set(keys))
      },
    ),
  )
})

test('a Float is a float, also when it is whole', async () => {
  expect((await echo.exchange(encode(new Float(1), 'args')))[0]).toBe(0xcb)
  expect((await echo.exchange(encode(1, 'args')))[0]).toBe(1)
})

const KINDS = [
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
  ...[BigInt64Array, BigUint64Array, Float32Array, Float64Array],
]
test.each(KINDS)('%s crosses with its shape', async (kind) => {
  const big = kind === BigInt64Array || kind === BigUint64Array
  const data = new (kind as typeof Float64Array)(
    (big ? [1n, 2n, 3n, 4n, 5n, 6n] : [1, 2, 3, 4, 5, 6]) as number[],
  )
  const sent = ndarray(data, [2, 3])
  const arrived = (await back([0, sent])) as [number, typeof sent]
  expect([...arrived[1]]).toEqual([...sent])
  expect(arrived[1]).toMatchObject({ shape: [2, 3], dtype: sent.dtype })
})

test.each([
  ['float16', new Float32Array([1.5, -0.25]), [2]],
  ['bool', new Uint8Array([1, 0, 1, 1]), [2, 2]],
  ['complex64', new Float32Array([1, 2, 3, 4]), [2]],
  ['complex128', new Float64Array([1, 2]), [1]],
  ['datetime64[ns]', new BigInt64Array([1n, -(2n ** 63n)]), [2]],
  ['timedelta64[s]', new BigInt64Array([5n]), []],
  ['float64', new Float64Array(0), [0, 3]],
])('%s arrays come back', async (dtype, data, shape) => {
  const arrived = (await back(ndarray(data, shape, dtype))) as ReturnType<typeof ndarray>
  expect([...arrived]).toEqual([...data])
  expect({ dtype: arrived.dtype, shape: arrived.shape }).toEqual({ dtype, shape })
})

test('what Python cannot make of it is said by Python', async () => {
  await expect(back(new Set([{}]))).rejects.toThrow('a Set with a dict in it, which Python cannot hash')
  await expect(back(new PlainDate('2026-02-30'))).rejects.toThrow("'2026-02-30' is no date.fromisoformat")
  await expect(back(new Date(8.64e15))).rejects.toThrow('the arguments cannot be read')
  await expect(back('\ud800')).rejects.toThrow(
    'args is a string with half a surrogate pair and cannot be sent',
  )
})

test('without numpy an array is a memoryview of its shape', async () => {
  const bare = new PythonEcho()
  try {
    const sent = encode(new Float64Array([1, 2]), 'args')
    expect(decode(await bare.exchange(sent))).toEqual(Buffer.from(new Float64Array([1, 2]).buffer))
    const complex = encode(ndarray(new Float64Array([1, 2]), [1], 'complex128'), 'args')
    await expect(bare.exchange(complex)).rejects.toThrow('an array of complex128 needs numpy')
  } finally {
    await bare.end()
  }
})
