import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Granted } from '../../../../src/client/gen/vitest_python/v1/broker.ts'
import {
  type LeaseEffect,
  type LeaseState,
  type LeaseStateEvent,
  nextLeaseState,
} from '../../../../src/client/lease/leaseState.ts'

const granted = { leaseId: 'l1' } as Granted
const holder = { file: 'a.test.ts', test: 'one' }
const error = new Error('no')

const states = {
  requested: { phase: 'requested' },
  granted: { phase: 'granted' },
  refused: { phase: 'refused' },
  lost: { phase: 'lost' },
  released: { phase: 'released' },
} as const satisfies Record<string, LeaseState>

const events = {
  grant: { type: 'grant', granted },
  refuse: { type: 'refuse', error },
  lose: { type: 'lose', message: 'it crashed' },
  recall: { type: 'recall' },
  disconnect: { type: 'disconnect', error },
  timeout: { type: 'timeout', error },
  take: { type: 'take', holder },
  'kill unresponsive': { type: 'kill unresponsive', call: 'm.f' },
  release: { type: 'release', busy: true },
} as const satisfies Record<string, LeaseStateEvent>

type State = keyof typeof states
type Event = keyof typeof events

/** Every transition: the state, and the effects by their names. A pair that is missing here changes nothing. */
const table: Record<State, Partial<Record<Event, [State, ...string[]]>>> = {
  requested: {
    grant: ['granted', 'grant'],
    refuse: ['refused', 'reject'],
    disconnect: ['refused', 'reject'],
    timeout: ['refused', 'cancel stream', 'reject'],
    take: ['requested', 'send holder'],
    release: ['released', 'send release', 'end stream', 'withdraw'],
  },
  granted: {
    lose: ['lost', 'lose'],
    recall: ['granted', 'recall'],
    disconnect: ['lost', 'lose'],
    take: ['granted', 'send holder'],
    'kill unresponsive': ['granted', 'send killUnresponsive'],
    release: ['released', 'send release', 'end stream'],
  },
  refused: {},
  lost: { release: ['released', 'send release', 'end stream'] },
  released: {},
}

const nameOf = (effect: LeaseEffect) =>
  effect.type === 'send' ? `send ${effect.message.$case}` : effect.type

describe.each(Object.keys(states) as State[])('a lease that is %s', (from) => {
  test.each(Object.keys(events) as Event[])('%s', (name) => {
    const [to, ...effects] = table[from][name] ?? [from]
    const next = nextLeaseState(states[from], events[name])
    expect(next.state).toEqual(states[to])
    expect(next.effects.map(nameOf)).toEqual(effects)
  })
})

test('a connection that fails tells the user of a lease why', () => {
  expect(nextLeaseState(states.granted, events.disconnect).effects).toEqual([{ type: 'lose', message: 'no' }])
  expect(nextLeaseState(states.requested, events.disconnect).effects).toEqual([{ type: 'reject', error }])
})

test('whatever crosses with what, a request is settled once, a worker is given back once, and nothing follows', () => {
  const anyEvents = fc.array(fc.constantFrom(...(Object.keys(events) as Event[])), { maxLength: 30 })
  fc.assert(
    fc.property(anyEvents, fc.constantFrom<Event>('release', 'disconnect'), (names, last) => {
      let state: LeaseState = states.requested
      const performed: string[] = []
      for (const name of [...names, last]) {
        const before = state.phase
        const next = nextLeaseState(state, events[name])
        if (before === 'released' || before === 'refused') expect(next).toEqual({ state, effects: [] })
        state = next.state
        performed.push(...next.effects.map(nameOf))
      }
      const times = (...of: string[]) => performed.filter((effect) => of.includes(effect)).length
      expect(times('grant', 'reject', 'withdraw')).toBe(1)
      expect(times('end stream', 'cancel stream')).toBeLessThanOrEqual(1)
      expect(times('send release')).toBe(times('end stream'))
      expect(times('lose')).toBeLessThanOrEqual(times('grant'))
      expect(times('recall', 'send killUnresponsive') === 0 || times('grant') === 1).toBe(true)
      if (last === 'release') expect(['released', 'refused']).toContain(state.phase)
    }),
  )
})
