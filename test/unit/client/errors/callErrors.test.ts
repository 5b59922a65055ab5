import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { LeaseError, WorkerLostError } from '../../../../src/client/errors/errors.ts'
import { call } from '../../../../src/client/python/call.ts'
import { refs } from '../../../../src/client/python/ref.ts'
import { Session } from '../../../../src/client/session/session.ts'
import { requireContext } from '../../../../src/environment/vitest/providedPools.ts'

/** A session whose Python says only what `answer` emits. */
function session(answer: (stream: EventEmitter, number: number) => void = () => {}) {
  const stream = Object.assign(new EventEmitter(), {
    cancel() {},
    write(frame: { call: number; kind: { $case: string } }) {
      if (frame.kind.$case === 'start') queueMicrotask(() => answer(stream, frame.call))
      if (frame.kind.$case === 'cancel')
        stream.emit('data', { call: frame.call, kind: { $case: 'end', value: {} } })
    },
  })
  const lease = {
    explain: async (broken: Error) => broken,
    killUnresponsive() {},
    sharesMemory: () => false,
    beforeAnswer() {},
    adopt: <T>(given: T) => given,
  }
  return new Session(stream as never, lease, refs)
}

const attempt = (of: Session, options: { timeout?: number; signal?: AbortSignal }) =>
  call(of, { start: { name: 'm.f' }, args: [], options, here: { stack: 'Error\n    at here' } })

test('a call that takes too long says so', async () => {
  await expect(attempt(session(), { timeout: 20 })).rejects.toMatchObject({
    code: 'CALL_TIMEOUT',
    message: 'm.f did not answer within 20 ms (timeout).',
  })
})

test('a call that is aborted for no reason says so, and else has that reason', async () => {
  const bare = AbortSignal.abort('no error')
  await expect(attempt(session(), { signal: bare })).rejects.toMatchObject({ code: 'CALL_ABORTED' })
  const reason = new Error('the test ended')
  await expect(attempt(session(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})

test('without a worker, and without a run, the code says so', () => {
  expect(new LeaseError('none')).toMatchObject({
    name: 'LeaseError [LEASE_FAILED]',
    code: 'LEASE_FAILED',
    stack: 'LeaseError [LEASE_FAILED]: none',
  })
  expect(new WorkerLostError('gone')).toMatchObject({
    code: 'WORKER_LOST',
    stack: expect.stringMatching(/^WorkerLostError \[WORKER_LOST\]: gone\n +at .*callErrors/),
  })
  // This very test runs in a project without the plugin.
  expect(() => requireContext('default')).toThrow(expect.objectContaining({ code: 'NOT_CONFIGURED' }))
})

test('an answer that is no MessagePack says so', async () => {
  const garbled = session((stream, number) => {
    // 0xc1 is the one byte that MessagePack never uses.
    stream.emit('data', { call: number, kind: { $case: 'value', value: Buffer.from([0xc1]) } })
  })
  await expect(attempt(garbled, {})).rejects.toMatchObject({ code: 'ANSWER_UNREADABLE' })
})
