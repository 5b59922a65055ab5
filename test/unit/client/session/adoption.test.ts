import { EventEmitter } from 'node:events'
import { expect, test, vi } from 'vitest'
import type { ClientFrame, WorkerFrame } from '../../../../src/client/gen/vitest_python/v1/bridge.ts'
import { CallbackVerb } from '../../../../src/client/gen/vitest_python/v1/bridge.ts'
import { call } from '../../../../src/client/python/call.ts'
import { refs } from '../../../../src/client/python/ref.ts'
import { stream } from '../../../../src/client/python/stream.ts'
import { Session } from '../../../../src/client/session/session.ts'
import { encode } from '../../../../src/client/values/encode.ts'
import { FAILURE } from '../../../support/pythonFailure.ts'

type Answers = (say: (kind: WorkerFrame['kind'], call?: number) => void) => void

/** A session whose Python answers each start and each cancellation, and that notes everything the test adopts, but for the promises of calls. */
function session(onStart: Answers, onCancel: Answers = () => {}) {
  const adopted: unknown[] = []
  const events = new EventEmitter()
  const worker = Object.assign(events, {
    cancel() {},
    write({ call: number, kind }: ClientFrame) {
      const say = (answer: WorkerFrame['kind'], of = number) =>
        events.emit('data', { call: of, kind: answer })
      if (kind?.$case === 'start') queueMicrotask(() => onStart(say))
      if (kind?.$case === 'cancel') queueMicrotask(() => onCancel(say))
      return true
    },
  })
  const host = {
    explain: async (broken: Error) => broken,
    killUnresponsive() {},
    sharesMemory: () => false,
    beforeAnswer() {},
    adopt<T>(given: T): T {
      if (!(given instanceof Promise)) adopted.push(given)
      return given
    },
  }
  return { session: new Session(worker as never, host, refs), adopted }
}

const made = (args: unknown[] = []) => ({ start: { name: 'm.f' }, args, options: {}, here: {} })
const value = (of: unknown): WorkerFrame['kind'] => ({ $case: 'value', value: encode(of, 'value') })
const item = (of: unknown): WorkerFrame['kind'] => ({ $case: 'item', value: encode(of, 'item') })
const end: WorkerFrame['kind'] = { $case: 'end', value: {} }
const failure: WorkerFrame['kind'] = { $case: 'failure', value: FAILURE }

test('the test adopts a value once', async () => {
  const python = session((say) => say(value({ a: 1 })))
  const given = await call(python.session, made())
  expect(python.adopted).toEqual([given])
})

test('an exception once', async () => {
  const python = session((say) => say(failure))
  const thrown = await call(python.session, made()).catch((error) => error)
  expect(thrown).toMatchObject({ message: 'raised' })
  expect(python.adopted).toEqual([thrown])
})

test('an argument that cannot be sent once', async () => {
  const python = session(() => {})
  const thrown = await call(python.session, made([Symbol('no')])).catch((error) => error)
  expect(thrown).toBeInstanceOf(TypeError)
  expect(python.adopted).toEqual([thrown])
})

test('the items of a stream once each, and the exception at its end', async () => {
  const python = session((say) => {
    say(item(1))
    say(item(2))
    say(failure)
  })
  const seen: unknown[] = []
  const reading = async () => {
    for await (const part of stream(python.session, made())) seen.push(part)
  }
  const thrown = await reading().catch((error) => error)
  expect(thrown.message).toBe('raised')
  expect(python.adopted).toEqual([...seen, thrown])
  expect(seen).toEqual([1, 2])
})

test('the exception of a generator that fails while it is closed once', async () => {
  const python = session(
    (say) => say(item(1)),
    (say) => say(failure),
  )
  const reading = async () => {
    for await (const _ of stream(python.session, made())) break
  }
  const thrown = await reading().catch((error) => error)
  expect(thrown.message).toBe('raised')
  expect(python.adopted).toEqual([1, thrown])
})

test('the arguments of a callback once', async () => {
  const python = session((say) => {
    const data = encode([[{ a: 1 }], {}], 'arguments')
    const callback = { callback: 1, target: 1, verb: CallbackVerb.INVOKE, arguments: data, trace: undefined }
    say({ $case: 'callback', value: callback }, 0)
    setImmediate(() => say(end))
  })
  const fn = vi.fn()
  await call(python.session, made([fn]))
  expect(fn).toHaveBeenCalledWith({ a: 1 })
  expect(python.adopted).toEqual([[[{ a: 1 }], {}]])
})
