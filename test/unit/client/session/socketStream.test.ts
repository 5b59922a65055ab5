import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  ClientFrame,
  Hello,
  Welcome,
  WorkerFrame,
} from '../../../../src/client/gen/vitest_python/v1/bridge.ts'
import { SocketStream } from '../../../../src/client/session/socketStream.ts'
import { framed, MessageReader } from '../../../../src/client/wire/messages.ts'

const HELLO = { token: 's3cret', leaseId: 'l1', pid: 0 }
let directory: string
let server: Server
let python: Promise<Socket>

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'vp-'))
  server = createServer()
  python = new Promise((resolve) => server.once('connection', resolve))
  await new Promise<void>((resolve) => server.listen(join(directory, 's'), resolve))
})

afterEach(() => {
  server.close()
  rmSync(directory, { recursive: true })
})

/** A stream, and everything that it has told. */
function open(timeout?: number) {
  const stream = new SocketStream((onread) => connect({ path: join(directory, 's'), onread }), HELLO, timeout)
  const told: unknown[] = []
  stream.on('welcome', ({ sharesMemory }) => told.push(['welcome', sharesMemory]))
  stream.on('data', ({ call }) => told.push(['data', call]))
  stream.on('error', ({ message }) => told.push(['error', message]))
  stream.on('end', () => told.push(['end']))
  const expectTold = (...expected: unknown[]) =>
    vi.waitFor(() => expect(told).toEqual(expected), { timeout: 15_000 })
  return { stream, expectTold }
}

const welcome = (fields = {}) =>
  framed(Welcome.encode({ refusal: '', sharesMemory: false, ...fields }).finish())
const answer = (call: number) =>
  framed(WorkerFrame.encode({ call, kind: undefined, timing: undefined, printed: 0 }).finish())

test('says who it is, and then sends and receives frames', async () => {
  const { stream, expectTold } = open()
  stream.write({ call: 7, kind: undefined })
  const worker = await python
  const reader = new MessageReader()
  worker.on('data', (chunk) => reader.add(chunk))
  worker.write(Buffer.concat([welcome({ sharesMemory: true }), answer(1), answer(2)]))
  await expectTold(['welcome', true], ['data', 1], ['data', 2])
  expect(Hello.decode(reader.take() as Buffer)).toEqual({ ...HELLO, protocol: 1 })
  expect(ClientFrame.decode(reader.take() as Buffer).call).toBe(7)
  stream.cancel()
})

test('a refusal is an error, also for a listener that comes later', async () => {
  const { stream, expectTold } = open()
  ;(await python).write(welcome({ refusal: 'the token is wrong' }))
  await expectTold(['error', 'the token is wrong'])
  const errors: string[] = []
  stream.on('error', ({ message }) => errors.push(message))
  stream.write({ call: 1, kind: undefined })
  await vi.waitFor(() => expect(errors).toEqual(['the token is wrong']), 10_000)
})

test('a message that cannot be read breaks the session', async () => {
  const { expectTold } = open()
  const worker = (await python).resume()
  worker.write(Buffer.concat([welcome(), framed(Buffer.of(0xff, 0xff))]))
  await expectTold(['welcome', false], ['error', expect.stringContaining('a message that cannot be read')])
  await vi.waitFor(() => expect(worker.readableEnded || worker.destroyed).toBe(true), { timeout: 15_000 })
})

test('the end of the worker is the end of the session', async () => {
  const { expectTold } = open()
  ;(await python).end(welcome())
  await expectTold(['welcome', false], ['end'])
})

test('so it is for a frame that is written later', async () => {
  const { stream, expectTold } = open()
  ;(await python).end(welcome())
  await expectTold(['welcome', false], ['end'])
  stream.write({ call: 1, kind: undefined })
  await expectTold(['welcome', false], ['end'], ['error', 'Python closed the session of this lease.'])
})

test('an error of a listener is not taken for one of the message', async () => {
  const { stream, expectTold } = open()
  const thrown = new Promise<Error>((resolve) => process.once('uncaughtException', resolve))
  stream.on('data', ({ call }) => {
    if (call === 1) throw new Error('of the listener')
  })
  ;(await python).write(Buffer.concat([welcome(), answer(1), answer(2)]))
  expect(await thrown).toMatchObject({ message: 'of the listener' })
  // The other messages of the chunk are not lost.
  await expectTold(['welcome', false], ['data', 1], ['data', 2])
})

test('a worker that is gone is an error', async () => {
  server.close()
  const { expectTold } = open()
  await expectTold(['error', expect.stringMatching(/ENOENT|ECONNREFUSED/)])
})

test('a process that was blocked for longer than the time limit reads the answer first', async () => {
  const { expectTold } = open(50)
  const worker = await python
  worker.write(welcome())
  // The answer is in the socket, and the time is over before it is read.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  await expectTold(['welcome', false])
})

test('a worker that never answers is an error', async () => {
  const { expectTold } = open(50)
  await expectTold(['error', 'Python has not opened the session of this lease within 0.05 s.'])
})
