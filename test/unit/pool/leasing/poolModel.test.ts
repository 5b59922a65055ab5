import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Pool } from '../../../../src/pool/leasing/pool.ts'
import type { LeaseGrant, LeaseHandle } from '../../../../src/pool/leasing/requests/leaseRequest.ts'
import { SimulatedProcesses } from './simulatedProcesses.ts'

/** A request from the view of its test process. */
interface Client {
  handle: LeaseHandle
  answers: string[]
  grant: LeaseGrant | undefined
  over: boolean
}

const LEASE_TIMEOUT = 10_000
const STOP_TIMEOUT = 1_000

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Enough turns of the event loop for all pending work to settle. */
const settle = () => vi.advanceTimersByTimeAsync(0)

class Simulation {
  readonly processes = new SimulatedProcesses()
  readonly clients: Client[] = []
  readonly pool: Pool

  constructor(readonly options: { maxWorkers: number; spares: number; isolation: string; affinity: string }) {
    const all = { leaseTimeout: LEASE_TIMEOUT, stopTimeout: STOP_TIMEOUT, recycle: { leases: 3 }, ...options }
    this.pool = new Pool({ root: '/', directory: {}, options: all } as never, this.processes)
  }

  ask(priority: 'test' | 'file' | 'prefetch', file: string, answersRecall: boolean): void {
    const client: Client = { handle: undefined as never, answers: [], grant: undefined, over: false }
    this.clients.push(client)
    client.handle = this.pool.request({
      holder: { file, test: `${this.clients.length}` },
      priority,
      granted(grant) {
        client.answers.push('granted')
        client.grant = grant
      },
      failed() {
        client.answers.push('failed')
        client.over = true
      },
      lost() {
        client.answers.push('lost')
        client.over = true
      },
      recalled: () => answersRecall && queueMicrotask(() => this.end(client, 'intact')),
    })
  }

  end(client: Client, how?: 'busy' | 'intact'): void {
    client.over = true
    client.handle.end(how)
  }

  /** Checks the invariants of the pool. */
  check(): void {
    const serving = this.clients.filter(({ grant, over }) => grant && !over)
    const workers = serving.map(({ grant }) => grant?.worker.id)
    expect(new Set(workers).size, 'one worker serves one lease').toBe(workers.length)
    expect(this.processes.inState('starting', 'up').length).toBeLessThanOrEqual(this.options.maxWorkers)
    for (const { answers } of this.clients) {
      expect(['', 'granted', 'failed', 'granted,lost']).toContain(answers.join())
    }
  }
}

type Step = (simulation: Simulation) => unknown

const pick = <T>(items: readonly T[], index: number): T | undefined =>
  items[index % Math.max(1, items.length)]
const index = fc.nat(9)
const how = fc.constantFrom('busy', 'intact', undefined)

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constantFrom('test', 'file', 'prefetch'), fc.constantFrom('a', 'b'), fc.boolean()).map(
    ([priority, file, answers]): Step =>
      (s) =>
        s.ask(priority, file, answers),
  ),
  index.map(
    (at): Step =>
      (s) =>
        pick(s.processes.inState('starting'), at)?.comeUp(),
  ),
  index.map(
    (at): Step =>
      (s) =>
        pick(s.processes.inState('starting'), at)?.fail(new Error('no start')),
  ),
  index.map(
    (at): Step =>
      (s) =>
        pick(s.processes.inState('up'), at)?.exit(),
  ),
  index.map(
    (at): Step =>
      (s) =>
        pick(s.clients, at)?.handle.take({ file: 'a', test: 'taken' }),
  ),
  index.map(
    (at): Step =>
      (s) =>
        pick(s.clients, at)?.handle.killUnresponsive('hangs'),
  ),
  fc.tuple(index, how).map(
    ([at, way]): Step =>
      (s) => {
        const client = pick(s.clients, at)
        if (client) s.end(client, way)
      },
  ),
  fc.constant<Step>((s) => {
    s.processes.changed = true
    s.pool.fileChanged()
  }),
  fc.constant<Step>((s) => s.pool.warmUp()),
  fc.boolean().map(
    (obedient): Step =>
      (s) => {
        s.processes.obedient = obedient
      },
  ),
  fc.constantFrom(1, 300, 2_000, LEASE_TIMEOUT).map(
    (ms): Step =>
      () =>
        vi.advanceTimersByTimeAsync(ms),
  ),
)

const options = fc.record({
  maxWorkers: fc.integer({ min: 1, max: 4 }),
  spares: fc.nat(3),
  isolation: fc.constantFrom('test', 'file', 'shared'),
  affinity: fc.constantFrom('hint', 'strict'),
})

test('random sequences of events lose no request, lease no worker twice, and always let the run end', async () => {
  await fc.assert(
    fc.asyncProperty(options, fc.array(step, { maxLength: 40 }), async (chosen, steps) => {
      const simulation = new Simulation(chosen)
      for (const apply of steps) {
        await apply(simulation)
        await settle()
        simulation.check()
      }
      const stopped = simulation.pool.stopWorkers()
      await vi.advanceTimersByTimeAsync(STOP_TIMEOUT + 1)
      await stopped
      expect(simulation.processes.inState('starting', 'up')).toEqual([])
      for (const { answers, over } of simulation.clients) {
        expect(answers.length > 0 || over, 'each request is answered or withdrawn').toBe(true)
      }
      simulation.check()
    }),
    { numRuns: 300 },
  )
}, 60_000)

test('a test that waits gets a worker as soon as one comes up, whatever happened before', async () => {
  await fc.assert(
    fc.asyncProperty(options, fc.array(step, { maxLength: 25 }), async (chosen, steps) => {
      const simulation = new Simulation(chosen)
      simulation.processes.obedient = true
      for (const apply of steps) {
        await apply(simulation)
        await settle()
      }
      for (const client of simulation.clients) simulation.end(client)
      simulation.processes.obedient = true
      await vi.advanceTimersByTimeAsync(LEASE_TIMEOUT)
      simulation.ask('test', 'a', true)
      for (let turn = 0; turn < 10; turn++) {
        for (const worker of simulation.processes.inState('starting')) worker.comeUp()
        await vi.advanceTimersByTimeAsync(10)
      }
      expect(simulation.clients.at(-1)?.answers).toEqual(['granted'])
    }),
    { numRuns: 200 },
  )
}, 60_000)
