import { EventEmitter } from 'node:events'
import { expect, test, vi } from 'vitest'
import {
  type BrokerReply,
  type BrokerRequest,
  Priority,
} from '../../../../src/client/gen/vitest_python/v1/broker.ts'
import type { RunContext } from '../../../../src/client/lease/context.ts'
import { type LeaseStream, PendingLease, SILENCE_MS } from '../../../../src/client/lease/pendingLease.ts'

const holder = { file: 'a.test.ts', test: 'one' }
const grant = {
  leaseId: 'l1',
  workerId: 'w1',
  address: 'unix:/w1',
  session: '',
  node: '',
  pid: 7,
  log: '/w1.log',
  reaperPid: 0,
}

/** A request, and a pool that says what the test has it say. */
function request(leaseTimeout = 1_000) {
  const sent: BrokerRequest['kind'][] = []
  const events = new EventEmitter()
  const stream = Object.assign(events, {
    write: ({ kind }: BrokerRequest) => sent.push(kind) > 0,
    end: vi.fn(),
    cancel: vi.fn(),
  })
  const context = { leaseTimeout } as RunContext
  const pending = new PendingLease(stream as unknown as LeaseStream, context, holder, Priority.PREFETCH)
  const say = (kind: BrokerReply['kind']) => events.emit('data', { kind })
  return { pending, stream, sent, say, names: () => sent.map((kind) => kind?.$case) }
}

test('a request is granted, claimed and given back', async () => {
  const { pending, say, sent, names, stream } = request()
  expect(sent[0]).toMatchObject({ $case: 'acquire', value: { holder, priority: Priority.PREFETCH } })
  say({ $case: 'granted', value: grant })
  const lease = await pending.claim(holder)
  expect(lease).toMatchObject({ leaseId: 'l1', workerId: 'w1', address: 'unix:/w1', session: '', pid: 7 })
  lease.release(true)
  lease.release()
  pending.cancel()
  expect(names()).toEqual(['acquire', 'holder', 'release'])
  expect(sent[2]).toEqual({ $case: 'release', value: { busy: true } })
  expect(stream.end).toHaveBeenCalledOnce()
})

test('the reason of a refusal is the error, with its code', async () => {
  const { pending, say } = request()
  say({ $case: 'failed', value: { message: 'Python did not start', code: 'PYTHON_START_FAILED' } })
  await expect(pending.granted).rejects.toMatchObject({ code: 'PYTHON_START_FAILED' })
})

test('a worker that ends, and one that other tests wait for, are announced', async () => {
  const { pending, say } = request()
  say({ $case: 'granted', value: grant })
  const lease = await pending.granted
  say({ $case: 'recall', value: {} })
  await lease.recalled
  lease.killUnresponsive('m.f')
  say({ $case: 'lost', value: { message: 'it was killed', code: '' } })
  await expect(lease.lost).resolves.toMatchObject({ code: 'WORKER_LOST', message: 'it was killed' })
})

test('a lease whose pool is gone is lost', async () => {
  const { pending, say, stream } = request()
  say({ $case: 'granted', value: grant })
  const lease = await pending.granted
  stream.emit('error', new Error('connection dropped'))
  expect((await lease.lost).message).toContain('connection dropped')
})

test('a request that is cancelled fails at once, and a grant that crosses with it changes nothing', async () => {
  const { pending, say, stream } = request()
  pending.cancel()
  say({ $case: 'granted', value: grant })
  await expect(pending.granted).rejects.toThrow('cancelled before it was granted')
  expect(stream.end).toHaveBeenCalledOnce()
})

test('a pool that ends without an answer fails the request', async () => {
  const { pending, stream } = request()
  stream.emit('end')
  await expect(pending.granted).rejects.toThrow('it was closed. No more workers can be leased')
})

test('a request that the pool does not answer fails, and its stream is closed', async () => {
  const { pending, stream } = request(20 - SILENCE_MS)
  await expect(pending.claim()).rejects.toThrow('has not answered a lease request for 20 ms')
  expect(stream.cancel).toHaveBeenCalledOnce()
})
