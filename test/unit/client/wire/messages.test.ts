import fc from 'fast-check'
import { expect, test } from 'vitest'
import { framed, MessageReader } from '../../../../src/client/wire/messages.ts'

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
