import { expect, test } from 'vitest'
import { Chunks } from '../../../../src/client/wire/chunks.ts'

const MB = 2 ** 20

test('a buffer is cut into messages of 1 MB and put together again', () => {
  const sizes: number[] = []
  const there = new Chunks(() => {})
  const here = new Chunks((part) => {
    sizes.push(part.data.length)
    there.take(part)
  })
  const [long, short] = [Buffer.alloc(2.5 * MB, 'abc'), Buffer.alloc(MB, 7)]
  const numbers = [here.export(long), here.export(short)] as const
  expect(sizes).toEqual([MB, MB, MB / 2, MB])
  // Not by toEqual, which takes seconds for so many bytes.
  expect(Buffer.compare(there.join(numbers[1]), short)).toBe(0)
  expect(Buffer.compare(there.join(numbers[0]), long)).toBe(0)
})

test('what the owner changes afterwards is not what is sent', () => {
  const there = new Chunks(() => {})
  const bytes = Buffer.alloc(10, 1)
  const number = new Chunks((part) => there.take(part)).export(bytes)
  bytes.fill(2)
  expect(there.join(number)).toEqual(Buffer.alloc(10, 1))
})

test('a buffer that was not sent, or was read before, is an error', () => {
  expect(() => new Chunks(() => {}).join(3)).toThrow('buffer 3 was not sent')
})
