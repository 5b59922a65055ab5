import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Chunk } from '../../../../src/client/gen/vitest_python/v1/bridge.ts'
import { framed, MessageFramer, MessageReader } from '../../../../src/client/wire/messages.ts'

/** The messages that end in the chunk. */
function take(reader: MessageReader, chunk: Buffer): Buffer[] {
  reader.add(chunk)
  return [...iterate(() => reader.take())]
}

function* iterate<T>(next: () => T | undefined): Generator<T> {
  for (let value = next(); value !== undefined; value = next()) yield value
}

test('messages arrive whole, in order, however they are cut', () => {
  const bytes = fc.uint8Array({ maxLength: 40 })
  fc.assert(
    fc.property(fc.array(bytes), fc.array(fc.integer({ min: 1, max: 50 })), (messages, sizes) => {
      const reader = new MessageReader()
      let rest = Buffer.concat(messages.map(framed))
      const received: Uint8Array[] = []
      for (const size of sizes) {
        received.push(...take(reader, rest.subarray(0, size)))
        rest = rest.subarray(size)
      }
      received.push(...take(reader, rest))
      expect(received.map((message) => [...message])).toEqual(messages.map((message) => [...message]))
    }),
  )
})

test('a message that is not complete is not delivered', () => {
  const reader = new MessageReader()
  expect(take(reader, framed(new Uint8Array(5)).subarray(0, 8))).toEqual([])
  expect(take(reader, Buffer.of(0))).toEqual([Buffer.alloc(5)])
})

test('a framer writes the same bytes, after a message that is big or that cannot be encoded, too', () => {
  const framer = new MessageFramer(Chunk)
  const messages = [5, 0, 200_000, 70].map((length) => ({
    buffer: length,
    data: new Uint8Array(length).fill(1),
  }))
  const written = messages.map((message) => {
    expect(() => framer.framed({ buffer: -1, data: new Uint8Array(9) })).toThrow()
    return framer.framed(message)
  })
  expect(written).toEqual(messages.map((message) => framed(Chunk.encode(message).finish())))
})
