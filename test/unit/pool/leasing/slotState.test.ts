import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type HeldLease,
  nextSlotState,
  type SlotEvent,
  type SlotState,
} from '../../../../src/pool/leasing/slotState.ts'
import type { Worker } from '../../../../src/pool/python/worker.ts'

const worker = { id: 'w1' } as Worker
const held = { lease: { id: 'l1' } } as HeldLease
const other = { lease: { id: 'l2' } } as HeldLease

const states = {
  starting: { phase: 'starting' },
  idle: { phase: 'idle', worker },
  prefetched: { phase: 'prefetched', worker, held, recall: 'none' },
  recalled: { phase: 'prefetched', worker, held, recall: 'asked' },
  unanswered: { phase: 'prefetched', worker, held, recall: 'unanswered' },
  leased: { phase: 'leased', worker, held },
  measuring: { phase: 'measuring', worker },
  'leaving unborn': { phase: 'leaving' },
  leaving: { phase: 'leaving', worker },
  'leaving leased': { phase: 'leaving', worker, held },
  ended: { phase: 'ended' },
} as const satisfies Record<string, SlotState>

const events = {
  ready: { type: 'ready', worker },
  lease: { type: 'grant', held, prefetch: false },
  prefetch: { type: 'grant', held, prefetch: true },
  take: { type: 'take' },
  recall: { type: 'recall' },
  'recall timeout': { type: 'recall timeout', held },
  'release to idle': { type: 'release', to: 'idle' },
  'release to measuring': { type: 'release', to: 'measuring' },
  'release to leaving': { type: 'release', to: 'leaving' },
  keep: { type: 'keep' },
  retire: { type: 'retire' },
  exit: { type: 'exit' },
} as const satisfies Record<string, SlotEvent>

type State = keyof typeof states
type Event = keyof typeof events

/** Every transition. A pair that is missing here is illegal. */
const table: Record<State, Partial<Record<Event, State>>> = {
  starting: { ready: 'idle', 'recall timeout': 'starting', retire: 'leaving unborn', exit: 'ended' },
  idle: {
    lease: 'leased',
    prefetch: 'prefetched',
    'recall timeout': 'idle',
    retire: 'leaving',
    exit: 'ended',
  },
  prefetched: {
    take: 'leased',
    recall: 'recalled',
    'recall timeout': 'prefetched',
    'release to idle': 'idle',
    'release to leaving': 'leaving',
    retire: 'leaving leased',
    exit: 'ended',
  },
  recalled: {
    take: 'leased',
    'recall timeout': 'unanswered',
    'release to idle': 'idle',
    'release to leaving': 'leaving',
    retire: 'leaving leased',
    exit: 'ended',
  },
  unanswered: {
    take: 'leased',
    'recall timeout': 'unanswered',
    'release to idle': 'idle',
    'release to leaving': 'leaving',
    retire: 'leaving leased',
    exit: 'ended',
  },
  leased: {
    take: 'leased',
    'recall timeout': 'leased',
    'release to measuring': 'measuring',
    'release to leaving': 'leaving',
    retire: 'leaving leased',
    exit: 'ended',
  },
  measuring: { 'recall timeout': 'measuring', keep: 'idle', retire: 'leaving', exit: 'ended' },
  'leaving unborn': {
    ready: 'leaving',
    'recall timeout': 'leaving unborn',
    keep: 'leaving unborn',
    retire: 'leaving unborn',
    exit: 'ended',
  },
  leaving: { 'recall timeout': 'leaving', keep: 'leaving', retire: 'leaving', exit: 'ended' },
  'leaving leased': {
    take: 'leaving leased',
    'recall timeout': 'leaving leased',
    'release to idle': 'leaving',
    'release to measuring': 'leaving',
    'release to leaving': 'leaving',
    keep: 'leaving leased',
    retire: 'leaving leased',
    exit: 'ended',
  },
  ended: { 'recall timeout': 'ended', keep: 'ended' },
}

describe.each(Object.keys(states) as State[])('a slot that is %s', (from) => {
  test.each(Object.keys(events) as Event[])('%s', (name) => {
    const to = table[from][name]
    const take = () => nextSlotState(states[from], events[name])
    if (to === undefined) expect(take).toThrow(`cannot take the event "${events[name].type}"`)
    else expect(take()).toEqual(states[to])
  })
})

test('the recall of one lease does not time out another one', () => {
  const late: SlotEvent = { type: 'recall timeout', held: other }
  expect(nextSlotState(states.recalled, late)).toBe(states.recalled)
})

test('the reason for which a worker is ended stays until its end', () => {
  const ending = nextSlotState(states.leased, { type: 'retire', reason: 'it hangs' })
  expect(nextSlotState(ending, { type: 'retire' })).toMatchObject({
    phase: 'leaving',
    held,
    reason: 'it hangs',
  })
})

test('whatever happens, a worker comes up once, serves one lease at a time, and ends once', () => {
  const anyEvents = fc.array(fc.constantFrom(...(Object.keys(events) as Event[])), { maxLength: 40 })
  fc.assert(
    fc.property(anyEvents, (names) => {
      let state: SlotState = states.starting
      let ends = 0
      for (const name of names) {
        const before: SlotState = state
        try {
          state = nextSlotState(state, events[name])
        } catch {
          continue
        }
        if (events[name].type === 'exit') ends += 1
        if (events[name].type === 'grant') expect(before.phase).toBe('idle')
        if (before.phase === 'leaving') expect(['leaving', 'ended']).toContain(state.phase)
        if (before.phase === 'ended') expect(state.phase).toBe('ended')
      }
      expect(ends).toBe(state.phase === 'ended' ? 1 : 0)
    }),
  )
})
