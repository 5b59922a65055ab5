import { EventEmitter } from 'node:events'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ClientFrame, WorkerFrame } from '../../../../src/client/gen/vitest_python/v1/bridge.ts'
import { refs } from '../../../../src/client/python/ref.ts'
import { completeStart } from '../../../../src/client/session/callStart.ts'
import { Session } from '../../../../src/client/session/session.ts'
import { encode } from '../../../../src/client/values/encode.ts'
import { FAILURE } from '../../../support/pythonFailure.ts'

/** A call as its caller sees it, and as Python sees it. */
interface ModelCall {
  number: number
  received: string[]
  isCancelled: boolean
  endings: (Error | undefined)[]
  /** Python has sent the last frame. */
  isAnswered: boolean
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

class Simulation {
  readonly calls: ModelCall[] = []
  readonly sent: ClientFrame[] = []
  readonly killed: string[] = []
  readonly session: Session
  readonly #events = new EventEmitter()
  isOver = false
  streamsClosed = 0

  constructor() {
    const stream = Object.assign(this.#events, {
      write: (frame: ClientFrame) => this.sent.push(frame) > 0,
      cancel: () => void this.streamsClosed++,
    })
    const host = {
      explain: async (broken: Error) => broken,
      killUnresponsive: (name: string) => void this.killed.push(name),
      sharesMemory: () => false,
      beforeAnswer() {},
      adopt: <T>(given: T) => given,
    }
    this.session = new Session(stream as never, host, refs)
  }

  start(): void {
    const call: ModelCall = { number: 0, received: [], isCancelled: false, endings: [], isAnswered: false }
    const note = (what: string) => void call.received.push(what)
    call.number = this.session.start(completeStart({ name: 'm.f', stream: true }), {
      value: () => note('value'),
      item: () => note('item'),
      end: () => note('end'),
      fail: ({ message }) => note(`fail: ${message}`),
    })
    this.calls.push(call)
  }

  /** A frame of Python; it sends none after the last one of a call. */
  say(call: ModelCall, kind: NonNullable<WorkerFrame['kind']>): void {
    if (call.isAnswered || call.number === 0) return
    call.isAnswered = kind.$case !== 'item'
    this.#events.emit('data', { call: call.number, kind })
  }

  cancel(call: ModelCall): void {
    // A call that has ended, or that did not start because the session has ended, is not cancelled.
    call.isCancelled ||= call.number !== 0 && ends(call).length === 0
    void this.session.cancel(call.number).then((failure) => call.endings.push(failure))
  }

  interrupt(call: ModelCall, how: 'interruptAgain' | 'abandon'): void {
    if (call.isCancelled || ends(call).length > 0) this.session[how](call.number, 'm.f')
  }

  end(): void {
    this.isOver = true
    this.session.end(new Error('over'))
  }

  check(): void {
    for (const call of this.calls) {
      expect(ends(call).length, 'one end at most').toBeLessThanOrEqual(1)
      const last = call.received.at(-1)
      if (ends(call).length === 1) expect(last, 'nothing follows an end').not.toBe('item')
    }
    expect(this.killed.length, 'one kill for each call at most').toBeLessThanOrEqual(this.calls.length)
    expect(this.streamsClosed).toBe(this.isOver ? 1 : 0)
  }
}

const ends = ({ received }: ModelCall) => received.filter((what) => what !== 'item')

type Step = (simulation: Simulation) => void

/** A step with one of the calls, whatever its state. */
const withCall = (act: (simulation: Simulation, call: ModelCall) => void): fc.Arbitrary<Step> =>
  fc.nat(5).map(
    (index): Step =>
      (simulation) => {
        const call = simulation.calls[index % Math.max(1, simulation.calls.length)]
        if (call) act(simulation, call)
      },
  )

const bytes = encode(1, 'value')
const unreadable = Buffer.from([0xc1])

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Step>((s) => s.start()) },
  { weight: 3, arbitrary: withCall((s, call) => s.say(call, { $case: 'item', value: bytes })) },
  withCall((s, call) => s.say(call, { $case: 'item', value: unreadable })),
  withCall((s, call) => s.say(call, { $case: 'value', value: bytes })),
  withCall((s, call) => s.say(call, { $case: 'value', value: unreadable })),
  withCall((s, call) => s.say(call, { $case: 'end', value: {} })),
  withCall((s, call) => s.say(call, { $case: 'failure', value: FAILURE })),
  withCall((s, call) => s.session.credit(call.number, 8)),
  { weight: 2, arbitrary: withCall((s, call) => s.cancel(call)) },
  withCall((s, call) => s.interrupt(call, 'interruptAgain')),
  withCall((s, call) => s.interrupt(call, 'abandon')),
)
const lateEnd = fc.constant<Step>((s) => s.end())

test('random sequences end every call once, lose none, and always let the session end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 30, arbitrary: step }, { weight: 1, arbitrary: lateEnd }), {
        maxLength: 60,
      }),
      async (steps) => {
        const simulation = new Simulation()
        for (const apply of steps) {
          apply(simulation)
          simulation.check()
        }
        simulation.end()
        await settle()
        simulation.check()
        for (const call of simulation.calls) {
          expect(ends(call).length + (call.isCancelled ? 1 : 0), 'an end, or a cancellation').toBe(1)
        }
        expect(simulation.session.busy).toBe(false)
      },
    ),
    { numRuns: 500 },
  )
}, 60_000)

test('each wait for a cancelled call is over when Python has ended it, with the exception that it raised', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const simulation = new Simulation()
      for (const apply of steps) apply(simulation)
      for (const call of simulation.calls) {
        simulation.cancel(call)
        simulation.say(call, { $case: 'failure', value: FAILURE })
      }
      await settle()
      expect(simulation.session.busy).toBe(false)
      for (const call of simulation.calls) expect(call.endings.length).toBeGreaterThan(0)
      simulation.end()
    }),
    { numRuns: 300 },
  )
}, 60_000)

test('a call is cancelled on the wire once for each time that Python is asked', async () => {
  const simulation = new Simulation()
  simulation.start()
  const [call] = simulation.calls as [ModelCall]
  simulation.cancel(call)
  simulation.cancel(call)
  simulation.interrupt(call, 'interruptAgain')
  simulation.interrupt(call, 'abandon')
  simulation.interrupt(call, 'abandon')
  expect(simulation.sent.map(({ kind }) => kind?.$case)).toEqual(['start', 'cancel', 'cancel'])
  expect(simulation.killed).toEqual(['m.f'])
  expect(simulation.session.busy).toBe(true)
  simulation.say(call, { $case: 'failure', value: FAILURE })
  await settle()
  expect(call.endings.map((ending) => ending?.message)).toEqual(['raised', 'raised'])
  expect(simulation.session.busy).toBe(false)
  simulation.end()
})

test('a call of a session that has ended fails with the reason', async () => {
  const simulation = new Simulation()
  simulation.end()
  simulation.start()
  await settle()
  expect(simulation.calls[0]?.received).toEqual(['fail: over'])
  expect(simulation.sent).toEqual([])
})
