import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PoolState, plan } from '../../../../src/pool/leasing/plan.ts'

const quiet: PoolState = { starting: 0, idle: [], busy: 0, waiting: [], maxWorkers: 8, spares: 2 }
const request = (id: string, file = 'a.test.ts', test = id) => ({ id, file, test, priority: 'test' as const })

test('a request gets an idle worker, and a spare is started in its place', () => {
  const state = { ...quiet, idle: [{ id: 'w1' }, { id: 'w2' }], waiting: [request('r1')] }
  expect(plan(state)).toEqual({
    grants: [{ worker: 'w1', request: 'r1' }],
    starts: 0,
    spares: 1,
    recalls: [],
  })
})

test('a worker that served the file before is preferred', () => {
  const state = {
    ...quiet,
    idle: [
      { id: 'w1', lastFile: 'b' },
      { id: 'w2', lastFile: 'a' },
    ],
    waiting: [request('r1', 'a')],
  }
  expect(plan(state).grants).toEqual([{ worker: 'w2', request: 'r1' }])
})

test('with strict affinity, a test waits for the worker of its file, but not for its own', () => {
  const holders = [{ file: 'a.test.ts', test: 'one' }]
  const state = { ...quiet, idle: [{ id: 'w2' }], busy: 1, holders, spares: 0 }
  expect(plan({ ...state, waiting: [request('r1', 'a.test.ts', 'two')] }).grants).toEqual([])
  expect(plan({ ...state, waiting: [request('r1', 'a.test.ts', 'one')] }).grants).toHaveLength(1)
  expect(plan({ ...state, waiting: [request('r1', 'b.test.ts', 'two')] }).grants).toHaveLength(1)
  const hint = { ...state, holders: undefined, waiting: [request('r1', 'a.test.ts', 'two')] }
  expect(plan(hint).grants).toHaveLength(1)
})

test('with strict affinity, the worker of another file is not taken as long as a new one can start', () => {
  const state = {
    ...quiet,
    idle: [{ id: 'w1', lastFile: 'b' }],
    holders: [],
    spares: 0,
    waiting: [request('r1', 'a')],
  }
  expect(plan(state)).toEqual({ grants: [], starts: 1, spares: 0, recalls: [] })
  expect(plan({ ...state, maxWorkers: 1 })).toEqual({
    grants: [{ worker: 'w1', request: 'r1' }],
    starts: 0,
    spares: 0,
    recalls: [],
  })
})

test('starts workers for unmet requests and spares, less those that are starting already', () => {
  expect(plan({ ...quiet, waiting: [request('r1')] })).toEqual({
    grants: [],
    starts: 1,
    spares: 2,
    recalls: [],
  })
  expect(plan({ ...quiet, waiting: [request('r1')], starting: 3 })).toEqual({
    grants: [],
    starts: 0,
    spares: 0,
    recalls: [],
  })
})

const prefetch = (id: string) => ({ ...request(id), priority: 'prefetch' as const })

test('a prefetched worker counts as a spare', () => {
  const state = { ...quiet, idle: [{ id: 'w1' }], waiting: [prefetch('r1')] }
  expect(plan(state)).toEqual({
    grants: [{ worker: 'w1', request: 'r1' }],
    starts: 0,
    spares: 1,
    recalls: [],
  })
  expect(plan({ ...quiet, busy: 2, prefetched: ['w1', 'w2'] }).spares).toBe(0)
  expect(plan({ ...quiet, spares: 0, waiting: [prefetch('r1')] })).toEqual({
    grants: [],
    starts: 0,
    spares: 0,
    recalls: [],
  })
})

test('a prefetch gets no worker while a test waits, and never the last one possible', () => {
  const state = { ...quiet, idle: [{ id: 'w1' }], waiting: [prefetch('r1'), request('r2')] }
  expect(plan(state).grants).toEqual([{ worker: 'w1', request: 'r2' }])
  expect(
    plan({ ...quiet, maxWorkers: 2, busy: 1, idle: [{ id: 'w1' }], waiting: [prefetch('r1')] }).grants,
  ).toEqual([])
})

test('a prefetched worker is recalled if a test waits and no other worker will become free', () => {
  const full = { ...quiet, maxWorkers: 4, busy: 4, prefetched: ['w1', 'w2'], waiting: [request('r1')] }
  expect(plan(full).recalls).toEqual(['w2'])
  expect(plan({ ...full, waiting: [request('r1'), request('r2'), request('r3')] }).recalls).toEqual([
    'w1',
    'w2',
  ])
  expect(plan({ ...full, recalled: 1 }).recalls).toEqual([])
  expect(plan({ ...full, leaving: 1 }).recalls).toEqual([])
  expect(plan({ ...full, maxWorkers: 8 }).recalls).toEqual([])
  expect(plan({ ...full, waiting: [prefetch('r1')] }).recalls).toEqual([])
})

test('there are never more workers than permitted, and as many as needed below that', () => {
  const states = fc.record({
    starting: fc.nat(5),
    idle: fc.array(fc.record({ id: fc.uuid() }), { maxLength: 5 }),
    busy: fc.nat(5),
    waiting: fc.array(
      fc.record({
        id: fc.uuid(),
        file: fc.constantFrom('a', 'b'),
        test: fc.constantFrom('one', 'two'),
        priority: fc.constant('test' as const),
      }),
      { maxLength: 5 },
    ),
    maxWorkers: fc.integer({ min: 1, max: 10 }),
    spares: fc.nat(4),
  })
  fc.assert(
    fc.property(states, (state) => {
      const { grants, starts, spares } = plan(state)
      const before = state.starting + state.idle.length + state.busy
      expect(before + starts + spares).toBeLessThanOrEqual(Math.max(before, state.maxWorkers))
      expect(grants).toHaveLength(Math.min(state.idle.length, state.waiting.length))
      expect(new Set(grants.map(({ worker }) => worker)).size).toBe(grants.length)
      const unmet = state.waiting.length - grants.length
      if (unmet > state.starting && before < state.maxWorkers) expect(starts).toBeGreaterThan(0)
    }),
  )
})
