import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import type { BrokerConnection } from '../../../../src/client/lease/brokerConnection.ts'
import type { RunContext } from '../../../../src/client/lease/context.ts'
import type { Lease } from '../../../../src/client/lease/lease.ts'
import { WorkerLeases } from '../../../../src/environment/leases/workerLeases.ts'
import { type Deferred, deferred } from '../../../../src/support/deferred.ts'

/** A request that the test answers. */
class Request {
  readonly answer: Deferred<Lease> = deferred()
  readonly granted = this.answer.promise
  readonly recalled: Deferred<void> = deferred()
  readonly claim = vi.fn(() => this.granted)
  readonly cancel = vi.fn()
  readonly kind: string

  constructor(kind: string) {
    this.kind = kind
    this.granted.catch(() => {})
  }

  grant(): Lease {
    const lease = { leaseId: this.kind, lost: new Promise(() => {}), recalled: this.recalled.promise }
    this.answer.resolve(lease as unknown as Lease)
    return lease as unknown as Lease
  }
}

function leases(isolation = 'test') {
  const requests: Request[] = []
  const request = (kind: string) => {
    requests.push(new Request(kind))
    return requests.at(-1) as Request
  }
  const connection = {
    acquire: () => request('test').granted,
    acquireForFile: () => request('file'),
    prefetch: () => request('prefetch'),
  } as unknown as BrokerConnection
  const sessions = { warmUp: vi.fn(), closeSession: vi.fn() }
  const made = new WorkerLeases({ isolation } as RunContext, connection, sessions)
  return { leases: made, requests, sessions, kinds: () => requests.map(({ kind }) => kind) }
}

const holder = { file: 'a', test: 'one' }

test('the first test takes the lease of its file, and the next lease is requested soon', async () => {
  const { leases: of, requests, sessions, kinds } = leases()
  const prefetching = of.prefetch('a')
  const first = requests[0]?.grant()
  await prefetching
  expect(sessions.warmUp).toHaveBeenCalledWith(first)
  expect(await of.take(holder)).toBe(first)
  expect(requests[0]?.claim).toHaveBeenCalledWith(holder)
  of.expectNext('a')
  await vi.waitFor(() => expect(kinds()).toEqual(['file', 'prefetch']), { timeout: 15_000 })
})

test('the next lease waits until the test has its first answer, and is requested once', async () => {
  const { leases: of, requests, kinds } = leases()
  const taking = of.take(holder)
  requests[0]?.grant()
  await taking
  of.expectNext('a')
  expect(kinds()).toEqual(['test'])
  of.prefetchNext()
  expect(kinds()).toEqual(['test', 'prefetch'])
  of.prefetchNext()
  await setTimeout(20)
  expect(kinds()).toEqual(['test', 'prefetch'])
})

test('at the end of a file, no lease is requested any more', async () => {
  const { leases: of, requests, kinds } = leases()
  const taking = of.take(holder)
  requests[0]?.grant()
  await taking
  of.expectNext('a')
  await of.releasePrefetched()
  of.prefetchNext()
  await setTimeout(20)
  expect(kinds()).toEqual(['test'])
})

test('the session of the next lease is opened outside of the context of the running test', async () => {
  const { leases: of, requests, sessions } = leases()
  const context = new AsyncLocalStorage()
  const seen: unknown[] = []
  sessions.warmUp.mockImplementation(() => seen.push(context.getStore()))
  await context.run('a test', async () => {
    const taking = of.take(holder)
    requests[0]?.grant()
    await taking
    of.expectNext('a')
    of.prefetchNext()
    requests[1]?.grant()
    await requests[1]?.granted
  })
  expect(seen).toEqual([undefined])
})

test.each(['file', 'shared'])('with isolation %s no lease is requested ahead', async (isolation) => {
  const { leases: of, requests, kinds } = leases(isolation)
  const taking = of.take(holder)
  requests[0]?.grant()
  await taking
  of.expectNext('a')
  of.prefetchNext()
  expect(kinds()).toEqual(['test'])
})

test('a lease that the pool recalls goes back, and its session is closed', async () => {
  const { leases: of, requests, sessions } = leases()
  const taking = of.take(holder)
  requests[0]?.grant()
  await taking
  of.expectNext('a')
  of.prefetchNext()
  const ahead = requests[1]?.grant()
  await vi.waitFor(() => expect(sessions.warmUp).toHaveBeenCalledWith(ahead), { timeout: 15_000 })
  requests[1]?.recalled.resolve()
  await vi.waitFor(() => expect(sessions.closeSession).toHaveBeenCalledWith(ahead), { timeout: 15_000 })
  expect(requests[1]?.cancel).toHaveBeenCalledOnce()
})

test('a prefetch that was refused is forgotten: the next test asks anew', async () => {
  const { leases: of, requests, kinds } = leases()
  const taking = of.take(holder)
  requests[0]?.grant()
  await taking
  of.expectNext('a')
  of.prefetchNext()
  requests[1]?.answer.reject(new Error('no spare'))
  await requests[1]?.granted.catch(() => {})
  void of.take(holder)
  expect(kinds()).toEqual(['test', 'prefetch', 'test'])
})

test('a lease that no test has taken is given back at the end', async () => {
  const { leases: of, requests } = leases()
  const taking = of.take(holder)
  requests[0]?.grant()
  await taking
  of.expectNext('a')
  of.prefetchNext()
  const ending = of.releasePrefetched()
  expect(requests[1]?.cancel).toHaveBeenCalledOnce()
  requests[1]?.answer.reject(new Error('cancelled'))
  await ending
  await of.releasePrefetched()
  expect(requests[1]?.cancel).toHaveBeenCalledOnce()
})
