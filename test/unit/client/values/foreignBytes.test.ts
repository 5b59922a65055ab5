import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

/** As in jsdom: the global `Uint8Array` is of another realm, and MessagePack's library makes arrays of that class. */
beforeEach(() => {
  vi.resetModules()
  vi.stubGlobal('Uint8Array', runInNewContext('Uint8Array'))
})
afterEach(() => vi.unstubAllGlobals())

const codec = async () => ({
  ...(await import('../../../../src/client/values/encode.ts')),
  ...(await import('../../../../src/client/values/decode.ts')),
})

test('the stub is what the library sees', async () => {
  const { Encoder } = await import('@msgpack/msgpack')
  expect(Buffer.isBuffer(new Encoder().encode(1))).toBe(false)
})

test('a moment is read', async () => {
  const { encode, decode } = await codec()
  const moment = new Date('2024-01-02T03:04:05.678Z')
  expect(decode(encode(moment, 'args'))).toEqual(moment)
  expect(decode(Buffer.from('d754a1a5d60065937d25', 'hex'))).toEqual(moment)
})

test('integers of any size, bytes and arrays are read', async () => {
  const { encode, decode } = await codec()
  const sent = {
    big: 2n ** 70n,
    bytes: Buffer.from([1, 2]),
    numbers: new Float64Array([1, 2]),
    map: new Map([[1, 2]]),
  }
  const arrived = decode(encode(sent, 'args')) as typeof sent
  expect(arrived).toEqual(sent)
  expect(Buffer.isBuffer(arrived.bytes)).toBe(true)
  expect(Buffer.isBuffer(encode(sent, 'args'))).toBe(true)
})

test('a buffer beside the message gets its descriptor as a Buffer', async () => {
  const { decode } = await codec()
  const importBuffer = vi.fn((descriptor: Uint8Array) => descriptor)
  const refuse = () => {
    throw new Error('not asked for')
  }
  const carrier = {
    exportFunction: refuse,
    exportIterable: refuse,
    referenceId: refuse,
    importReference: refuse,
  }
  expect(decode(Buffer.from('d44207', 'hex'), { ...carrier, importBuffer })).toEqual(Buffer.of(7))
  expect(Buffer.isBuffer(importBuffer.mock.calls[0]?.[0])).toBe(true)
})
