import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  BrokerHello,
  BrokerReply,
  BrokerRequest,
} from '../../../../src/client/gen/vitest_python/v1/broker.ts'
import { framed, MessageReader } from '../../../../src/client/wire/messages.ts'
import { TestConnection } from '../../../../src/pool/broker/testConnection.ts'

const TOKEN = 's3cret'
let directory: string
let server: Server
let timeout: number | undefined
let requests: BrokerRequest['kind'][]
let closed: number

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'vp-'))
  timeout = undefined
  requests = []
  closed = 0
  server = createServer((socket) => {
    socket.on('error', () => {})
    const connection = new TestConnection(socket, TOKEN, timeout)
    connection.on('closed', () => closed++)
    connection.on('request', ({ kind }) => {
      requests.push(kind)
      if (kind?.$case === 'join') connection.reply({ $case: 'join', value: { context: kind.value.project } })
    })
  })
  await new Promise<void>((resolve) => server.listen(join(directory, 's'), resolve))
})

afterEach(() => {
  server.close()
  rmSync(directory, { recursive: true })
})

const hello = (fields = {}) => framed(BrokerHello.encode({ protocol: 1, token: TOKEN, ...fields }).finish())
const joinRequest = (project: string) =>
  framed(BrokerRequest.encode({ kind: { $case: 'join', value: { project } }, at: 0 }).finish())

/** Sends these bytes, and ends the own side unless `keepOpen`. @returns all replies until the broker ends the connection */
function exchange(bytes: Uint8Array[], keepOpen = false): Promise<BrokerReply['kind'][]> {
  const socket = connect({ path: join(directory, 's'), allowHalfOpen: true })
  const reader = new MessageReader()
  const replies: BrokerReply['kind'][] = []
  for (const part of bytes) socket.write(part)
  if (!keepOpen) socket.end()
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      reader.add(chunk)
      for (let reply = reader.take(); reply; reply = reader.take())
        replies.push(BrokerReply.decode(reply).kind)
    })
    socket.on('end', () => {
      socket.destroy()
      resolve(replies)
    })
  })
}

const failed = (message: string, code = '') => [
  { $case: 'failed', value: { message: expect.stringContaining(message), code } },
]

test('requests after the hello are delivered, in whatever pieces they arrive', async () => {
  const bytes = Buffer.concat([hello(), joinRequest('a'), joinRequest('b')])
  const pieces = [...bytes].map((byte) => Buffer.of(byte))
  const replies = await exchange(pieces)
  expect(replies).toEqual(['a', 'b'].map((context) => ({ $case: 'join', value: { context } })))
  expect(closed).toBe(1)
})

test.each<[string, Uint8Array[], string, string?]>([
  ['another token', [hello({ token: 's3creT' })], 'the token is wrong'],
  ['no token', [hello({ token: '' })], 'the token is wrong'],
  ['another protocol', [hello({ protocol: 2 })], 'speaks protocol 2', 'PROTOCOL_MISMATCH'],
  ['a hello that is too long', [hello({ token: 'x'.repeat(5_000) })], 'at most 4096 are allowed'],
  ['a huge length', [Buffer.of(0xff, 0xff, 0xff, 0xff)], 'at most 4096 are allowed'],
  ['a huge length after the hello', [hello(), Buffer.of(0xff, 0xff, 0xff, 0xff)], 'are allowed'],
  ['bytes that are no message', [hello(), framed(Buffer.of(0xff, 0xff))], 'cannot read a message'],
])('%s ends the connection with a reason', async (_, bytes, message, code) => {
  expect(await exchange([...bytes, joinRequest('a')], true)).toEqual(failed(message, code))
  expect(requests).toEqual([])
  expect(closed).toBe(1)
})

test('a client that says nothing is told so', async () => {
  timeout = 50
  expect(await exchange([], true)).toEqual(failed('has not said hello within 0.05 s'))
})

test('a client that is silent after its hello is not', async () => {
  timeout = 50
  const late = new Promise<Uint8Array>((resolve) => setTimeout(resolve, 200, joinRequest('late')))
  const socket = connect(join(directory, 's'))
  socket.write(hello())
  socket.end(await late)
  await new Promise((resolve) => socket.once('data', resolve))
  expect(requests).toEqual([{ $case: 'join', value: { project: 'late' } }])
})

test('random bytes end their connection only', async () => {
  const neighbour = connect(join(directory, 's'))
  neighbour.write(hello())
  const bytes = fc.uint8Array({ maxLength: 200 })
  await fc.assert(
    fc.asyncProperty(bytes, fc.boolean(), fc.boolean(), async (random, afterHello, asMessage) => {
      const message = asMessage ? framed(random) : Buffer.from(random)
      for (const reply of await exchange(afterHello ? [hello(), message] : [message]))
        expect(['failed', 'join']).toContain(reply?.$case)
    }),
    { numRuns: 300 },
  )
  const answered = new Promise<Buffer>((resolve) => neighbour.once('data', resolve))
  neighbour.write(joinRequest('still here'))
  expect((await answered).toString()).toContain('still here')
  neighbour.destroy()
})
