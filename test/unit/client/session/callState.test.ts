import { describe, expect, test } from 'vitest'
import {
  type CallEffect,
  type CallEvent,
  type CallListener,
  type CallState,
  nextCallState,
} from '../../../../src/client/session/callState.ts'
import { deferred } from '../../../../src/support/deferred.ts'

const listener: CallListener = { value() {}, item() {}, end() {}, fail() {} }
const ending = deferred<Error | undefined>()
const error = new Error('raised')
const reason = new Error('over')

const states = {
  active: { phase: 'active', listener },
  cancelled: { phase: 'cancelled', ending },
  interrupted: { phase: 'interrupted', ending },
  abandoned: { phase: 'abandoned', ending },
  ended: { phase: 'ended' },
} as const satisfies Record<string, CallState>

const events = {
  item: { type: 'item', value: 1 },
  value: { type: 'value', value: 1 },
  end: { type: 'end' },
  failure: { type: 'failure', error },
  'unreadable item': { type: 'unreadable item', error, ending },
  'unreadable value': { type: 'unreadable value', error },
  credit: { type: 'credit', items: 8 },
  cancel: { type: 'cancel', ending },
  'interrupt again': { type: 'interrupt again' },
  abandon: { type: 'abandon', name: 'm.f' },
  'session end': { type: 'session end', reason },
} as const satisfies Record<string, CallEvent>

type State = keyof typeof states
type Event = keyof typeof events
type Row = Partial<Record<Event, [State, ...string[]]>>

const leaving: Row = {
  value: ['ended', 'settle: undefined'],
  end: ['ended', 'settle: undefined'],
  failure: ['ended', 'settle: raised'],
  'unreadable value': ['ended', 'settle: undefined'],
  'session end': ['ended', 'settle: over'],
}

/** Every transition: the state, and the effects. A pair that is missing here changes nothing. */
const table: Record<State, Row> = {
  active: {
    item: ['active', 'item: 1'],
    value: ['ended', 'value: 1'],
    end: ['ended', 'end'],
    failure: ['ended', 'fail: raised'],
    'unreadable item': ['cancelled', 'fail: raised', 'send cancel'],
    'unreadable value': ['ended', 'fail: raised'],
    credit: ['active', 'send credit'],
    cancel: ['cancelled', 'send cancel'],
    'session end': ['ended', 'fail: over'],
  },
  cancelled: {
    ...leaving,
    'interrupt again': ['interrupted', 'send cancel'],
    abandon: ['abandoned', 'kill worker: m.f'],
  },
  interrupted: {
    ...leaving,
    'interrupt again': ['interrupted', 'send cancel'],
    abandon: ['abandoned', 'kill worker: m.f'],
  },
  abandoned: leaving,
  ended: {},
}

function describeEffect(effect: CallEffect): string {
  switch (effect.type) {
    case 'item':
    case 'value':
      return `${effect.type}: ${effect.value}`
    case 'end':
      return 'end'
    case 'fail':
      return `fail: ${effect.error.message}`
    case 'settle':
      return `settle: ${effect.failure?.message}`
    case 'send':
      return `send ${effect.message.$case}`
    case 'kill worker':
      return `kill worker: ${effect.name}`
  }
}

describe.each(Object.keys(states) as State[])('a call that is %s', (from) => {
  const illegal: Event[] = from === 'active' ? ['interrupt again', 'abandon'] : []

  test.each((Object.keys(events) as Event[]).filter((name) => !illegal.includes(name)))('%s', (name) => {
    const [to, ...effects] = table[from][name] ?? [from]
    const next = nextCallState(states[from], events[name])
    expect(next.state).toEqual(states[to])
    expect(next.effects.map(describeEffect)).toEqual(effects)
  })

  test.each(illegal)('%s is illegal', (name) => {
    expect(() => nextCallState(states[from], events[name])).toThrow(`cannot take the event "${name}"`)
  })
})
