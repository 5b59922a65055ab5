import { describe, expect, test } from 'vitest'
import type { LeaseGrant } from '../../../../../src/pool/leasing/requests/leaseRequest.ts'
import {
  nextRequestState,
  type RequestEvent,
  type RequestState,
} from '../../../../../src/pool/leasing/requests/requestState.ts'

const holder = { file: 'a.test.ts', test: 'one' }
const grant = { worker: { id: 'w1' } } as LeaseGrant

const states = {
  queued: { phase: 'queued', holder, priority: 'prefetch' },
  promoted: { phase: 'queued', holder, priority: 'test' },
  granted: { phase: 'granted', grant },
  ended: { phase: 'ended' },
} as const satisfies Record<string, RequestState>

const events = {
  take: { type: 'take', holder },
  grant: { type: 'grant', grant },
  refuse: { type: 'refuse' },
  end: { type: 'end' },
} as const satisfies Record<string, RequestEvent>

type State = keyof typeof states
type Event = keyof typeof events

/** Every transition. A pair that is missing here is illegal. */
const table: Record<State, Partial<Record<Event, State>>> = {
  queued: { take: 'promoted', grant: 'granted', refuse: 'ended', end: 'ended' },
  promoted: { take: 'promoted', grant: 'granted', refuse: 'ended', end: 'ended' },
  granted: { take: 'granted', end: 'ended' },
  ended: { take: 'ended', end: 'ended' },
}

describe.each(Object.keys(states) as State[])('a request that is %s', (from) => {
  test.each(Object.keys(events) as Event[])('%s', (name) => {
    const to = table[from][name]
    const take = () => nextRequestState(states[from], events[name])
    if (to === undefined) expect(take).toThrow(`cannot take the event "${name}"`)
    else expect(take()).toEqual(states[to])
  })
})
