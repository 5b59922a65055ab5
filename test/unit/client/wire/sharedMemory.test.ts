import { readdirSync, readlinkSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import type { Carrier } from '../../../../src/client/values/carrier.ts'
import { decode } from '../../../../src/client/values/decode.ts'
import { encode } from '../../../../src/client/values/encode.ts'
import { ndarray } from '../../../../src/client/values/ndarray.ts'
import { SharedMemory } from '../../../../src/client/wire/sharedMemory.ts'
import { PythonEcho } from '../../../support/pythonEcho.ts'

const echo = new PythonEcho('numpy', 'shared-memory')
afterAll(() => echo.end())

function carrierOf(memory: SharedMemory): Carrier {
  const refuse = (): never => {
    throw new TypeError('only buffers')
  }
  return {
    exportFunction: refuse,
    exportIterable: refuse,
    referenceId: () => undefined,
    importReference: refuse,
    exportBuffer: (bytes) => memory.export(bytes),
    importBuffer: (descriptor) => memory.import(descriptor),
  }
}

/** Files of this process that no name leads to. */
function filesOpen(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('/dev/shm/')
    } catch {
      return false
    }
  }).length
}

/** Through Python and back; also how many bytes the two messages had. */
async function back(
  value: unknown,
  memory: SharedMemory,
): Promise<{ value: unknown; sent: number; answered: number }> {
  const carrier = carrierOf(memory)
  const message = encode(value, 'args', carrier)
  const answer = await echo.exchange(message)
  return { value: decode(answer, carrier), sent: message.length, answered: answer.length }
}

const MB = 1024 * 1024
const bytes = (length: number) => Buffer.from(Uint8Array.from({ length }, (_, index) => index * 7))

test.each([
  ['bytes', bytes(MB)],
  ['bytes in a dict', { image: bytes(MB + 1), name: 'x' }],
  ['an array', ndarray(Float64Array.from({ length: 60_000 }, Math.sqrt), [200, 300])],
  ['a message that is big as a whole', Array.from({ length: 100_000 }, (_, index) => ({ index }))],
])('%s cross by shared memory, and what the message keeps is small', async (_, value) => {
  const memory = new SharedMemory()
  const arrived = await back(value, memory)
  expect(arrived.sent).toBeLessThan(200)
  expect(arrived.answered).toBeLessThan(200)
  expect(isDeepStrictEqual(arrived.value, value)).toBe(true)
  memory.close()
})

test('a file is used again once its bytes have been read, and what was read stays as it was', async () => {
  const before = filesOpen()
  const memory = new SharedMemory()
  const first = await back(bytes(MB), memory)
  for (let turn = 0; turn < 5; turn++) await back(Buffer.alloc(MB, turn), memory)
  expect(filesOpen() - before).toBe(1)
  expect(bytes(MB).equals(first.value as Buffer)).toBe(true)
  memory.close()
  expect(filesOpen()).toBe(before)
})

test('what nobody reads is not overwritten; beyond the budget bytes go in the message', () => {
  const memory = new SharedMemory(2 * MB)
  const reader = new SharedMemory()
  const descriptors = [1, 2].map((fill) => memory.export(Buffer.alloc(MB, fill)) as Uint8Array)
  expect(memory.export(Buffer.alloc(MB))).toBeUndefined()
  expect(encode(bytes(MB), 'args', carrierOf(memory)).length).toBeGreaterThan(MB)
  expect(descriptors.map((descriptor) => reader.import(descriptor)[0])).toEqual([1, 2])
  expect(memory.export(Buffer.alloc(MB)), 'both are free again').toBeDefined()
  memory.close()
})

test('free files of another size make room', () => {
  const memory = new SharedMemory(2 * MB)
  memory.import(memory.export(bytes(MB)) as Uint8Array)
  expect(memory.export(bytes(2 * MB))).toBeDefined()
  memory.close()
})

test('a descriptor that leads nowhere is an error of that call, on both sides', async () => {
  const memory = new SharedMemory()
  const used = memory.export(bytes(MB)) as Uint8Array
  memory.import(used)
  const wrong = [
    used,
    ...[
      [process.pid, 0, 9, bytes(8)],
      [999_999_999, 3, 9, bytes(8)],
      [process.pid, 99_999, 9, bytes(8)],
    ],
    ...[[], 1, [process.pid, -1, 9, bytes(8)], ['a', 'b', 'c', 'd'], [1, 1, 2 ** 50, bytes(8)]],
  ].map((one) => (Buffer.isBuffer(one) ? one : encode(one, 'x')))
  for (const descriptor of wrong) {
    expect(() => memory.import(descriptor)).toThrow(/buffer/)
    const message = Buffer.concat([Buffer.from([0xc7, descriptor.length, 0x42]), descriptor])
    await expect(echo.exchange(message)).rejects.toThrow(/the arguments cannot be read: .*buffer/)
  }
  expect(bytes(MB).equals((await back(bytes(MB), memory)).value as Buffer)).toBe(true)
  memory.close()
})
