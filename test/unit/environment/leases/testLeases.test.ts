import { expect, test, vi } from 'vitest'
import { TestLeases } from '../../../../src/environment/leases/testLeases.ts'
import type { WorkerLeases } from '../../../../src/environment/leases/workerLeases.ts'

/** A broker that grants one lease when the test says so. */
function broker() {
  const release = vi.fn()
  const lease = {
    context: { isolation: 'test', runId: 'abc1234', token: 't' },
    leaseId: 'l1',
    workerId: 'w1',
    pid: 1,
    address: 'unix:/nowhere',
    log: '/nowhere',
    lost: new Promise(() => {}),
    release,
  }
  let grant = () => {}
  const granted = new Promise<void>((resolve) => {
    grant = resolve
  })
  const leases = {
    take: () => granted.then(() => lease),
    expectNext: () => {},
    prefetchNext: () => {},
  } as unknown as WorkerLeases
  return { leases, release, grant }
}

const holder = { file: 'a.test.ts', test: 'one' }

test('a worker that is granted after the end of the test goes back at once', async () => {
  const { leases, release, grant } = broker()
  const pool = new TestLeases(leases, holder)
  const late = pool.lease()
  await pool.releaseAll()
  grant()
  await expect(late).rejects.toThrow('The test ended before a Python process became free.')
  expect(release).toHaveBeenCalledOnce()
})

test('so does one that is granted after the time limit of the test', async () => {
  const { leases, release, grant } = broker()
  const late = new TestLeases(leases, holder, { signal: AbortSignal.abort() }).lease()
  grant()
  await expect(late).rejects.toThrow('The test ended')
  expect(release).toHaveBeenCalledOnce()
})

test('one that is granted in time is kept until it is released', async () => {
  const { leases, release, grant } = broker()
  const pool = new TestLeases(leases, holder)
  grant()
  await pool.lease()
  expect(release).not.toHaveBeenCalled()
  await pool.releaseAll()
  expect(release).toHaveBeenCalledOnce()
})
