import { EventEmitter } from 'node:events'
import { readdirSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { expect, test, vi } from 'vitest'
import type { Answer } from '../../../../src/client/gen/vitest_python/v1/bridge.ts'
import { CallbackVerb } from '../../../../src/client/gen/vitest_python/v1/bridge.ts'
import { call } from '../../../../src/client/python/call.ts'
import { refs } from '../../../../src/client/python/ref.ts'
import { stream } from '../../../../src/client/python/stream.ts'
import { completeStart } from '../../../../src/client/session/callStart.ts'
import { Session } from '../../../../src/client/session/session.ts'
import { encode } from '../../../../src/client/values/encode.ts'

interface Written {
  call: number
  kind: { $case: string; value: Answer }
}

/** A session with a Python that says what the test has it say. */
function scripted(onStart: (number: number) => void = () => {}) {
  const written: Written[] = []
  const events = Object.assign(new EventEmitter(), {
    cancel: vi.fn(),
    write(frame: Written) {
      written.push(frame)
      if (frame.kind.$case === 'start') queueMicrotask(() => onStart(frame.call))
    },
  })
  const lease = {
    explain: async (b: Error) => b,
    killUnresponsive() {},
    sharesMemory: () => true,
    beforeAnswer() {},
    adopt: <T>(given: T) => given,
  }
  const session = new Session(events as never, lease, refs)
  const say = (number: number, $case: string, value: unknown) =>
    events.emit('data', { call: number, kind: { $case, value } })
  const ask = (verb: CallbackVerb) =>
    say(0, 'callback', { callback: 1, target: 1, verb, arguments: encode([[], {}], 'arguments') })
  const answered = () => written.find(({ kind }) => kind.$case === 'answer')?.kind.value
  const sent = () => written.map(({ kind }) => kind.$case)
  return { session, stream: events, say, ask, answered, sent }
}

function* failing() {
  try {
    yield 1
    yield 2
  } finally {
    // biome-ignore lint/correctness/noUnsafeFinally: what is tested
    throw new Error('from finally')
  }
}

test('an iterable whose finally throws does not take the answer with it', async () => {
  const python = scripted((number) => {
    python.ask(CallbackVerb.NEXT)
    setTimeout(() => python.say(number, 'value', encode(42, 'result')))
  })
  await expect(
    call(python.session, { start: { name: 'm.f' }, args: [failing()], options: {}, here: {} }),
  ).resolves.toBe(42)
})

test('nor the end of the session', async () => {
  const python = scripted(() => python.ask(CallbackVerb.NEXT))
  const pending = call(python.session, {
    start: { name: 'm.f', keep: true },
    args: [failing()],
    options: {},
    here: {},
  })
  await vi.waitFor(() => expect(python.answered()).toBeDefined(), { timeout: 15_000 })
  python.session.end(new Error('over'))
  await expect(pending).rejects.toThrow('over')
  expect(python.stream.cancel).toHaveBeenCalled()
})

test('open calls get errors of their own at the end, later calls the reason', async () => {
  const { session } = scripted()
  expect(session.idle).toBe(true)
  const made = (stack: string) => ({ start: { name: 'm.f' }, args: [], options: {}, here: { stack } })
  const open = ['first', 'second'].map((name) => call(session, made(`Error\n    at ${name} (a.ts:1:1)`)))
  expect(session.idle).toBe(false)
  session.end(new Error('over'), () => new Error('still open'))
  const errors = await Promise.all(open.map((pending) => pending.catch((error: Error) => error.stack)))
  expect(errors).toEqual([
    'Error: still open\n    at first (a.ts:1:1)',
    'Error: still open\n    at second (a.ts:1:1)',
  ])
  await expect(call(session, made(''))).rejects.toThrow('over')
  expect(session.idle).toBe(false)
})

test.each([
  ['a text', () => 'no', { name: 'Error', message: 'no' }],
  [
    'what String refuses',
    () => Object.create(null),
    { name: 'Error', message: '[Object: null prototype] {}' },
  ],
  [
    'an error of another realm',
    () => runInNewContext('new TypeError("x")'),
    { name: 'TypeError', message: 'x' },
  ],
])('a function that throws %s is answered', async (_, thrown, failure) => {
  const python = scripted(() => python.ask(CallbackVerb.INVOKE))
  const throws = () => {
    throw thrown()
  }
  call(python.session, { start: { name: 'm.f' }, args: [throws], options: {}, here: {} }).catch(() => {})
  await vi.waitFor(() => expect(python.answered()).toBeDefined(), { timeout: 15_000 })
  expect(python.answered()?.kind?.value).toMatchObject(failure)
  python.session.end(new Error('over'))
})

test.each([false, true])('items give their shared memory back, the call given up: %s', (isGivenUp) => {
  const { session, say } = scripted()
  const python = scripted().session
  const number = session.start(completeStart({ name: 'm.s' }), { value() {}, item() {}, end() {}, fail() {} })
  if (isGivenUp) void session.cancel(number)
  const open = () => readdirSync('/proc/self/fd').length
  const before = open()
  for (let n = 0; n < 10; n++) say(number, 'item', python.encodeArguments(new Uint8Array(8e6)).bytes)
  expect(open() - before).toBe(1)
  session.end(new Error('over'))
  python.end(new Error('over'))
})

test.each([
  'before',
  'after',
])('a generator that fails ahead of the loop is told when the loop is left, %s its end', async (when) => {
  const failed = {
    type: 'RuntimeError',
    message: 'the finally failed',
    frames: [],
    notes: [],
    bases: [],
    group: [],
  }
  const python = scripted((number) => {
    python.say(number, 'item', python.session.encodeArguments(1).bytes)
    if (when === 'before') python.say(number, 'failure', failed)
  })
  const reading = stream(python.session, { start: { name: 'm.s' }, args: [], options: {}, here: {} })
  await reading.next()
  const leaving = reading.return()
  if (when === 'after') {
    await vi.waitFor(() => expect(python.sent()).toContain('cancel'), 10_000)
    python.say(1, 'failure', failed)
  }
  await expect(leaving).rejects.toThrow('the finally failed')
})

test('a stream with an item that cannot be read fails, and its generator is closed', async () => {
  const python = scripted((number) => {
    // 0xc1 is the one byte that MessagePack never uses.
    python.say(number, 'item', Buffer.from([0xc1]))
    queueMicrotask(() => python.say(number, 'end', {}))
  })
  const reading = stream(python.session, { start: { name: 'm.s' }, args: [], options: {}, here: {} })
  await expect(reading.next()).rejects.toMatchObject({ code: 'ANSWER_UNREADABLE' })
  expect(python.sent()).toEqual(['start', 'cancel'])
  expect(python.session.busy).toBe(false)
})
